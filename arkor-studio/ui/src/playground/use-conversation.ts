import { useEffect, useMemo, useState } from "preact/hooks";

import { useStudio, useValue } from "../studio.ts";
import { ask } from "./ask.ts";
import { Conversation } from "./conversation.ts";
import { recall, remember } from "./stored.ts";
import { parseTurns } from "./turns.ts";

const storage = (): Storage => sessionStorage;

/** The conversation of a key. What was written so far survives a reload; leaving ends the answers under way. */
export function useConversation(key: string): Conversation {
  const { api } = useStudio();
  const conversation = useMemo(() => new Conversation((body, signal) => ask(api, body, signal), parseTurns(recall(storage, key))), [api, key]);
  useValue(conversation.turns);
  useEffect(() => {
    const save = (): void => remember(storage, key, conversation.turns.get().length > 0 ? conversation.turns.get() : null);
    let count = -1;
    let busy = false;
    // Not with every piece of text.
    const forget = conversation.turns.subscribe(() => {
      if (conversation.turns.get().length !== count || conversation.busy !== busy) save();
      count = conversation.turns.get().length;
      busy = conversation.busy;
    });
    addEventListener("pagehide", save);
    return () => {
      conversation.stop();
      save();
      forget();
      removeEventListener("pagehide", save);
    };
  }, [conversation, key]);
  return conversation;
}

/** A value of the tab that survives a reload. */
export function useStored<T>(key: string, parse: (value: unknown) => T): [T, (value: T) => void] {
  const [state, setState] = useState(() => ({ key, value: parse(recall(storage, key)) }));
  const value = state.key === key ? state.value : parse(recall(storage, key));
  return [
    value,
    (next) => {
      remember(storage, key, next);
      setState({ key, value: next });
    },
  ];
}
