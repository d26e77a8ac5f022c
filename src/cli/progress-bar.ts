const WIDTH = 20;

/** `████████░░░░░░░░░░░░  40 %, 2 min 5 s left`. `share`: 0 to 1. */
export function progressBar(share: number, secondsLeft: number): string {
  const filled = Math.round(WIDTH * share);
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}  ${Math.floor(100 * share)} %, ${duration(secondsLeft)} left`;
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
