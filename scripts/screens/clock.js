// Loaded before the program: what asks for the time is told the moment of the screens. Timers go on as ever.
const RealDate = Date
const now = RealDate.parse(process.env.SCREENS_NOW ?? '')

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [now] : parts))
  }

  static now() {
    return now
  }
}
