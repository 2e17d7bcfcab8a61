import { coverage } from './coverage.ts'
import type { Recipe } from './draw.ts'
import type { Generator } from './feature.ts'
import { heritage } from './heritage.ts'
import * as admin from './layers-admin.ts'
import * as homestead from './layers-homestead.ts'
import { placeNames } from './layers-names.ts'
import * as planning from './layers-planning.ts'
import * as points from './layers-points.ts'
import * as roads from './layers-roads.ts'
import * as tenure from './layers-tenure.ts'
import * as water from './layers-water.ts'
import { admin as moreAdmin } from './theme-admin.ts'
import { agriculture, animalHealth } from './theme-agriculture.ts'
import { base } from './theme-base.ts'
import { city } from './theme-city.ts'
import { economy } from './theme-economy.ts'
import { emergency } from './theme-emergency.ts'
import { homestead as moreHomestead } from './theme-homestead.ts'
import { park } from './theme-park.ts'
import { planning as morePlanning } from './theme-planning.ts'
import { publicService } from './theme-public.ts'
import { remoteSensing } from './theme-remote.ts'
import { tenure as moreTenure } from './theme-tenure.ts'
import { transport } from './theme-transport.ts'
import { waterEnvironment } from './theme-water.ts'
import { rounded, squareMetres } from './values.ts'
import { zones } from './zones.ts'

/** Families of layers, by theme: where their features are, and what is said of each. */
const themes: Record<string, Recipe> = {
  ...moreAdmin,
  ...base,
  ...morePlanning,
  ...heritage,
  ...moreTenure,
  ...moreHomestead,
  ...park,
  ...agriculture,
  ...animalHealth,
  ...city,
  ...waterEnvironment,
  ...emergency,
  ...publicService,
  ...transport,
  ...economy,
  ...remoteSensing
}

/**
 * How each layer's demonstration data is made. A layer with no entry is not seeded. `coverage` lists the layers that a
 * land-check may read, for which data-coverage-extent says where they were surveyed.
 */
export const generators = (covered: readonly string[]): Record<string, Generator> => ({
  'district-boundary': admin.districtBoundary,
  'town-boundary': admin.townBoundaries,
  'village-boundary': admin.villageBoundaries,
  'governance-grid': admin.governanceGrid,
  'data-coverage-extent': coverage(covered),
  'road-national': roads.highways('road-national'),
  'road-provincial': roads.highways('road-provincial'),
  'road-urban': roads.urbanRoads,
  'road-village': roads.villageRoads,
  'river-line': water.riverLines,
  'water-body': water.waterBodies,
  'building-footprint': tenure.buildingFootprints,
  'place-name': placeNames,
  poi: points.pointsOfInterest,
  'permanent-basic-farmland': planning.basicFarmland,
  'ecological-redline': planning.ecologicalRedline,
  'urban-development-boundary': planning.urbanDevelopmentBoundary,
  'homestead-buildable-zone': zones('homestead-buildable-zone', 'buildable', 'KJ', polygons => ({
    area_m2: rounded(polygons.reduce((sum, rings) => sum + squareMetres(rings), 0))
  })),
  'homestead-restricted-zone': zones('homestead-restricted-zone', 'restricted', 'XJ', (_, reason) => ({
    restriction_reason: reason
  })),
  'homestead-forbidden-zone': zones('homestead-forbidden-zone', 'forbidden', 'JJ', (_, reason) => ({
    prohibition_reason: reason
  })),
  'regulatory-plan-parcel': planning.regulatoryPlanParcels,
  'village-plan-landuse': planning.villagePlanLanduse,
  'cadastral-parcel': tenure.cadastralParcels,
  'homestead-parcel': tenure.homesteadParcels,
  'collective-construction-parcel': tenure.collectiveParcels,
  'disputed-parcel': tenure.disputedParcels,
  'homestead-application': homestead.homesteadApplications,
  'park-boundary': homestead.parkBoundaries,
  'fish-pond': water.fishPonds,
  'vet-institution': points.vetInstitutions,
  'work-order': points.workOrders,
  'video-camera': points.videoCameras,
  ...Object.fromEntries(Object.entries(themes).map(([layer, recipe]) => [layer, recipe(layer)]))
})
