/** Reading of answers, which a server may make as long as it likes. */

export interface AnswerText {
  readonly text: string;
  /** Whether the limit cut something off. */
  readonly cut: boolean;
}

/** Reads an answer up to `limit` bytes. Rejects when the connection breaks. */
export async function readText(response: Response, limit: number): Promise<AnswerText> {
  const reader = response.body?.getReader();
  if (reader === undefined) return { text: await response.text(), cut: false };
  const decoder = new TextDecoder();
  let text = "";
  let left = limit;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { text: text + decoder.decode(), cut: false };
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
      if (left < 0) return { text, cut: true };
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
