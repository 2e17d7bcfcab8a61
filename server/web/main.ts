import { createApp } from 'vue'
import './elements.ts'
import 'maplibre-gl/dist/maplibre-gl.css'
import './theme.css'
import App from './App.vue'
import { registerFonts } from './map/fonts.ts'

registerFonts()
createApp(App).mount('#app')
