/** What is known of something that a rule rests on: its value, certainly none, or nothing to rely on; and why. */
export type Verdict<T> = {is: 'doubt'; why: string} | {is: 'no'; why: string} | {is: 'yes'; value: T}

export function yes<T>(value: T): Verdict<T> {
  return {is: 'yes', value}
}

export function no(why: string): {is: 'no'; why: string} {
  return {is: 'no', why}
}

export function doubt(why: string): {is: 'doubt'; why: string} {
  return {is: 'doubt', why}
}
