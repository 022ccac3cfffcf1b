export function isCardNumber(digits: string): boolean {
  return digits === "";
}
