import { useEffect } from "preact/hooks";

import { parseIdentity } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { useStudio, useValue } from "../studio.ts";

const checkMs = 60_000;

/** Who we are, looked at again when the server says so and on the way to another view. */
export function useIdentity() {
  const { api, news, router, who } = useStudio();
  const changes = useValue(news.identity);
  const route = useValue(router.route);
  const poll = usePoll(async (signal) => parseIdentity(await api.get("/api/credentials", signal)), "identity", () => checkMs);
  useEffect(poll.wake, [changes, route.view]);
  useEffect(() => {
    if (poll.data !== null) who.set(poll.data);
  }, [who, poll.data]);
  return poll;
}
