// How an entry says that its act was taken before it was done. Pure.

/** The member of a body that says when an act was taken while the database was away; none where it was not. */
export function takenBody(takenAt: Date | undefined): { readonly takenAt?: string } {
  return takenAt === undefined ? {} : { takenAt: takenAt.toISOString() };
}
