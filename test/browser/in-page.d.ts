export function overflowOf(): string[]
export function chartFaults(): string[]
export function accessFaults(): Promise<string[]>
export function paperOf(): string
export function unfold(isOpen: boolean): void
