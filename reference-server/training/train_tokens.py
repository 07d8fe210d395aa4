"""Train the language model of the reference server: the chances of the next word, given the last one (a bigram model).

Reads training/tokens.txt, sentences written for this repository, and writes beside the TypeScript that reads them:

  models/tokens/tokens.json  per word, the words that follow it and how often
  models/tokens/golden.json  prompts with the words that this script makes of them

A continuation is drawn with the server's own random numbers, seeded by the prompt: the same prompt, the same words.
"""

import json
import math
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
MODEL_DIR = FOLDER.parent / "models" / "tokens"
MASK = 2**32 - 1
END = "."


def compact(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def words_of(text):
    """Words in lower case, and a full stop as a word of its own."""
    return text.lower().replace(".", " . ").split()


def count(sentences):
    follow = {}
    for sentence in sentences:
        last = END
        for word in words_of(sentence):
            follow.setdefault(last, {}).setdefault(word, 0)
            follow[last][word] += 1
            last = word
    return follow


def hash_of(text):
    """FNV-1a, 32 bits, over UTF-8."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & MASK
    return value


def seeded_random(seed):
    """The twin of random.ts."""
    state = seed & MASK
    while True:
        state = (state + 0x9E3779B9) & MASK
        mixed = state ^ (state >> 16)
        mixed = (mixed * 0x21F0AAAD) & MASK
        mixed ^= mixed >> 15
        mixed = (mixed * 0x735A2D97) & MASK
        mixed ^= mixed >> 15
        yield mixed / 2**32


def continuation(follow, prompt, length):
    random = seeded_random(hash_of(prompt))
    words = words_of(prompt)
    last = words[-1] if words and words[-1] in follow else END
    out = []
    for _ in range(length):
        choices = sorted(follow[last].items())
        left = next(random) * sum(n for _, n in choices)
        for word, n in choices:
            left -= n
            if left < 0:
                break
        out.append(word)
        last = word
    return out


def perplexity(follow, vocabulary, sentences):
    """With one added to every count, so that what was never seen has a chance."""
    total = 0.0
    words = 0
    for sentence in sentences:
        last = END
        for word in words_of(sentence):
            seen = follow.get(last, {})
            total -= math.log((seen.get(word, 0) + 1) / (sum(seen.values()) + len(vocabulary)))
            words += 1
            last = word
    return math.exp(total / words)


def main():
    sentences = [line for line in (FOLDER / "tokens.txt").read_text().splitlines() if line.strip()]
    held_out = sentences[4::5]
    vocabulary = sorted({word for sentence in sentences for word in words_of(sentence)})
    kept = count([sentence for sentence in sentences if sentence not in held_out])
    metrics = {
        "perplexity": round(perplexity(kept, vocabulary, held_out), 2),
        "perplexityOfGuessing": len(vocabulary),
    }
    # Measured on what it had not seen, then trained on all of it: a full stop always leads on, and so does every word.
    follow = count(sentences)
    metadata = {
        "trainedBy": "reference-server/training/train_tokens.py", "library": "Python 3.11", "seed": "the prompt's FNV-1a hash",
        "sentences": len(sentences), "heldOutSentences": len(held_out), "heldOut": metrics,
        "data": "reference-server/training/tokens.txt",
    }
    table = ",\n".join(f"{compact(word)}:{compact(dict(sorted(follow[word].items())))}" for word in sorted(follow))
    (MODEL_DIR / "tokens.json").write_text(
        "{" + f'"metadata":{compact(metadata)},\n"follow":{{\n{table}\n}}' + "}\n", newline="\n"
    )
    prompts = ["", "The load", "A server that", "What is a queue?", "Grüße an die", *sentences[:15]]
    rows = ",\n".join(compact({"prompt": p, "words": continuation(follow, p, 40)}) for p in prompts)
    (MODEL_DIR / "golden.json").write_text('{"rows":[\n' + rows + "\n]}\n", newline="\n")
    print(compact(metrics), "words", len(vocabulary))


if __name__ == "__main__":
    main()
