/** Stroked outlines on a 24 × 24 grid. */
export const icons = {
  layers: 'M12 3 3 8l9 5 9-5-9-5Z M3 12.5l9 5 9-5 M3 17l9 5 9-5',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13Z M15.5 15.5 20.5 20.5',
  chevron: 'M9 6l6 6-6 6',
  info: 'M12 3a9 9 0 1 1 0 18a9 9 0 0 1 0-18Z M12 11v5.5 M12 7.6v.1',
  target: 'M12 7a5 5 0 1 1 0 10a5 5 0 0 1 0-10Z M12 2.5V7 M12 17v4.5 M2.5 12H7 M17 12h4.5',
  close: 'M6 6l12 12 M18 6 6 18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  shield: 'M12 3l7.5 3v5.5c0 4.6-3.1 8-7.5 9.5c-4.4-1.5-7.5-4.9-7.5-9.5V6L12 3Z M8.8 12l2.3 2.3 4.2-4.4',
  upload: 'M12 16V4 M7 8.5 12 3.5l5 5 M4 15.5V20h16v-4.5',
  download: 'M12 4v12 M7 11.5l5 5 5-5 M4 20h16',
  polygon: 'M5 9 12.5 4 20 10.5 16.5 20H7.5Z',
  rectangle: 'M4 8.5 15 4l5 11.5L9 20Z',
  text: 'M4 5h16v14H4Z M7.5 9.5h9 M7.5 13h9 M7.5 16h5',
  user: 'M12 4a4 4 0 1 1 0 8a4 4 0 0 1 0-8Z M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6',
  exit: 'M14 4h6v16h-6 M3.5 12H14 M7.5 8l-4 4 4 4',
  trash: 'M4 7h16 M9 7V4h6v3 M6.5 7l1 13h9l1-13',
  panel: 'M4 5h16v14H4Z M9.5 5v14',
  file: 'M6 3h8l4.5 4.5V21H6Z M14 3v5h4.5',
  warning: 'M12 4 2.8 20h18.4Z M12 10v5 M12 17.4v.1'
} as const

export type IconName = keyof typeof icons
