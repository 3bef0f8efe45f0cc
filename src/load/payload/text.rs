//! English-like text: common words by their usual frequency, rare ones made up.

use rand::RngExt;
use rand::rngs::SmallRng;

/// Common words, the most frequent first.
const WORDS: &[&str] = &[
    "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "was", "on", "with", "as",
    "be", "at", "by", "this", "had", "not", "are", "but", "from", "or", "have", "an", "they",
    "which", "one", "you", "were", "all", "her", "she", "there", "would", "their", "we", "him",
    "been", "has", "when", "who", "will", "no", "more", "if", "out", "so", "up", "said", "what",
    "its", "about", "than", "into", "them", "can", "only", "other", "time", "new", "some", "could",
    "these", "two", "may", "first", "then", "do", "any", "like", "my", "now", "over", "such",
    "our", "man", "me", "even", "most", "made", "after", "also", "well", "did", "many", "before",
    "must", "years", "back", "through", "much", "where", "your", "way", "down", "should",
    "because", "long", "each", "just", "state", "those", "people", "too", "mister", "how",
    "little", "good", "world", "make", "very", "year", "still", "see", "own", "work", "men", "day",
    "get", "here", "old", "between", "both", "life", "being", "under", "three", "never", "know",
    "same", "last", "another", "while", "us", "off", "might", "great", "go", "come", "since",
    "against", "right", "came", "take", "used", "himself", "few", "house", "use", "place",
    "during", "high", "without", "again", "home", "around", "small", "however", "found", "part",
    "school", "thought", "went", "say", "general", "once", "upon", "war", "every", "left", "water",
    "number", "always", "city", "night", "point", "enough", "though", "system", "public", "later",
    "order", "window", "record", "machine", "morning", "history", "question", "company", "evening",
    "picture", "village",
];
const SYLLABLES: &[&str] = &[
    "ba", "con", "der", "el", "fin", "gra", "hol", "im", "jun", "ker", "lo", "min", "nor", "op",
    "per", "qua", "ri", "sta", "ter", "un", "ver", "wil", "xan", "yor", "zel",
];
/// One word in this many is a rare one.
const RARE: u32 = 6;

/// Appends words until at least `size` bytes are there, then cuts.
pub(super) fn append(bytes: &mut Vec<u8>, size: usize, random: &mut SmallRng) {
    let end = bytes.len() + size;
    while bytes.len() < end {
        word(bytes, random);
        let stop = random.random_ratio(1, 12);
        bytes.extend_from_slice(if stop { b". " } else { b" " });
    }
    bytes.truncate(end);
}

/// Appends one word.
pub(super) fn word(bytes: &mut Vec<u8>, random: &mut SmallRng) {
    if random.random_ratio(1, RARE) {
        for _ in 0..random.random_range(2..=4) {
            bytes.extend_from_slice(pick(SYLLABLES, random).as_bytes());
        }
        return;
    }
    // The square of an even draw favours the words at the front.
    let place = random.random::<f64>().powi(2);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index into a short list"
    )]
    let at = (place * WORDS.len() as f64) as usize;
    bytes.extend_from_slice(WORDS.get(at).unwrap_or(&"the").as_bytes());
}

/// One of a list.
pub(super) fn pick<T: Copy + Default>(list: &[T], random: &mut SmallRng) -> T {
    let at = random.random_range(0..list.len().max(1));
    list.get(at).copied().unwrap_or_default()
}
