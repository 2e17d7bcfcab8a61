import { readdir, readFile } from 'node:fs/promises'
import { basename, join, parse } from 'node:path'
import type { CatalogProblem } from './catalog.ts'

/** A JSON file of the catalogue as it was found; `value` is undefined where it could not be read. */
export interface SourceFile {
  /** How problems name it: the folder's own name and the path below it, `layers/admin/town-boundary.json`. */
  file: string
  /** The file's stem, which is the id of what it describes. */
  id: string
  /** The name of the folder it lies in: a theme, or `''` at the top. */
  folder: string
  value: unknown
  problems: CatalogProblem[]
}

/** Files that are open at once: a folder of thousands must not use up the process's file descriptors. */
const OPEN_AT_ONCE = 64

/** Reads the JSON files of one folder, sorted by name; a folder that does not exist is an empty one. */
export async function readFolder(root: string, folder: string): Promise<SourceFile[]> {
  const names = await listFiles(join(root, folder), '.json')
  const files: SourceFile[] = []
  for (let i = 0; i < names.length; i += OPEN_AT_ONCE) {
    const batch = names.slice(i, i + OPEN_AT_ONCE)
    files.push(...(await Promise.all(batch.map(name => readSource(root, folder, name)))))
  }
  return files
}

/** The names of the files in a folder that end so, sorted. */
export async function listFiles(folder: string, ending: string): Promise<string[]> {
  const files = (await list(folder)).filter(entry => entry.isFile() && entry.name.endsWith(ending))
  return files.map(entry => entry.name)
}

/** The names of the folders in a folder. */
export async function listFolders(root: string): Promise<string[]> {
  return (await list(root)).filter(entry => entry.isDirectory()).map(entry => entry.name)
}

/** Reads one JSON file; a missing or malformed one comes back with a problem. */
export async function readSource(root: string, folder: string, name: string): Promise<SourceFile> {
  const file = join(basename(root), folder, name)
  const found = { file, id: parse(name).name, folder: basename(folder) }
  try {
    return { ...found, value: JSON.parse(await readFile(join(root, folder, name), 'utf8')), problems: [] }
  } catch (error) {
    const message = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'the file is missing' : String(error)
    return { ...found, value: undefined, problems: [{ file, pointer: '', message }] }
  }
}

async function list(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
