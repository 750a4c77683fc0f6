/** A longer `setTimeout` fires at once. */
const LONGEST_TIMEOUT_MILLISECONDS = 2 ** 31 - 1;

/** What a host has under way: timers to come and work in flight; and how both end. Runs on the global timers, real or virtual. */
export class Agenda {
  readonly #handles = new Set<NodeJS.Timeout>();
  readonly #inFlight = new Set<Promise<void>>();
  #isDead = false;
  #isDraining = false;

  /** Killed: nothing that is still running may have an effect. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Nothing new may begin. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  later(milliseconds: number, work: () => void): void {
    if (this.#isDraining) {
      return;
    }
    const handle = setTimeout(
      () => {
        this.#handles.delete(handle);
        if (milliseconds > LONGEST_TIMEOUT_MILLISECONDS) this.later(milliseconds - LONGEST_TIMEOUT_MILLISECONDS, work);
        else work();
      },
      Math.min(milliseconds, LONGEST_TIMEOUT_MILLISECONDS),
    );
    this.#handles.add(handle);
  }

  track(work: Promise<void>): void {
    this.#inFlight.add(work);
    void work.finally(() => this.#inFlight.delete(work));
  }

  kill(): void {
    this.#isDead = true;
    this.#isDraining = true;
    this.#handles.forEach((handle) => clearTimeout(handle));
  }

  /** Lets what is running finish, with effect. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    this.#handles.forEach((handle) => clearTimeout(handle));
    while (this.#inFlight.size > 0) {
      await Promise.all(this.#inFlight);
    }
    this.#isDead = true;
  }
}
