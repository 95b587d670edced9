import type { Clock } from "../../src/reconnect.ts";

/** A clock that never lets anybody wait and notes what it was asked for. */
export class FakeClock implements Clock {
  readonly delays: number[] = [];
  readonly alarms: { ms: number; ring: () => void; cancelled: boolean }[] = [];
  /** Called before each sleep ends. */
  onSleep: () => void = () => undefined;
  time = 1_772_600_000_000;

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.delays.push(ms);
    this.onSleep();
    signal?.throwIfAborted();
  }

  alarm(ms: number, ring: () => void): () => void {
    const alarm = { ms, ring, cancelled: false };
    this.alarms.push(alarm);
    return () => {
      alarm.cancelled = true;
    };
  }

  random(): number {
    return 0.5;
  }

  now(): number {
    return this.time;
  }
}
