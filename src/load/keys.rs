//! Record keys and partitions, chosen without allocation and the same for the same seed.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::Zipf;

use crate::load::{KeyKind, Workload};

/// How many draws of skewed keys are made beforehand; they repeat after that.
const DRAWS: usize = 1 << 16;
/// `key-` and the number in ten digits.
const KEY_BYTES: usize = 14;
/// librdkafka chooses the partition.
const ANY_PARTITION: i32 = -1;

/// The key and the partition of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyChoice<'a> {
    /// The key, if any.
    pub key: Option<&'a [u8]>,
    /// The partition; −1 where librdkafka chooses (by the key, where there is one).
    pub partition: i32,
}

/// The keys of one sender's records.
#[derive(Clone, Debug)]
pub struct RecordKeys {
    source: Source,
    text: [u8; KEY_BYTES],
}

#[derive(Clone, Debug)]
enum Source {
    None,
    Uniform { random: SmallRng, count: u64 },
    Drawn { draws: Box<[u32]>, at: usize },
    Turns { next: i32, partitions: i32 },
}

impl RecordKeys {
    /// The keys that a workload asks for. Senders should get different seeds.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "the remainder is below the number of partitions"
    )]
    pub fn new(workload: &Workload, partitions: u32, seed: u64) -> Self {
        let count = workload.key_count.max(1);
        let partitions = partitions.clamp(1, i32::MAX as u32);
        let source = match workload.keys {
            KeyKind::None => Source::None,
            KeyKind::Uniform => Source::Uniform {
                random: SmallRng::seed_from_u64(seed),
                count,
            },
            KeyKind::Skewed => Source::Drawn {
                draws: skewed(count, seed),
                at: 0,
            },
            KeyKind::Partition => Source::Turns {
                next: (seed % u64::from(partitions)) as i32,
                partitions: partitions as i32,
            },
        };
        Self {
            source,
            text: *b"key-0000000000",
        }
    }

    /// The choice for the next record.
    #[inline]
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator cannot lend from itself"
    )]
    pub fn next(&mut self) -> KeyChoice<'_> {
        let number = match &mut self.source {
            Source::None => return KeyChoice::without_key(ANY_PARTITION),
            Source::Turns { next, partitions } => {
                let partition = *next;
                *next = if partition + 1 == *partitions {
                    0
                } else {
                    partition + 1
                };
                return KeyChoice::without_key(partition);
            }
            Source::Uniform { random, count } => random.random_range(0..*count),
            Source::Drawn { draws, at } => {
                *at = if *at + 1 < draws.len() { *at + 1 } else { 0 };
                draws.get(*at).map_or(0, |&number| u64::from(number))
            }
        };
        write_number(&mut self.text, number);
        KeyChoice {
            key: Some(&self.text),
            partition: ANY_PARTITION,
        }
    }
}

impl KeyChoice<'_> {
    fn without_key(partition: i32) -> Self {
        Self {
            key: None,
            partition,
        }
    }
}

/// Key numbers by Zipf's law: the key of rank r is drawn in proportion to 1/r.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "ranks are whole numbers from 1 to the count"
)]
fn skewed(count: u64, seed: u64) -> Box<[u32]> {
    let mut random = SmallRng::seed_from_u64(seed);
    let count = count.min(u64::from(u32::MAX)) as f64;
    let Ok(zipf) = Zipf::new(count, 1.0) else {
        return Box::default();
    };
    (0..DRAWS)
        .map(|_| random.sample::<f64, _>(zipf) as u32 - 1)
        .collect()
}

fn write_number(text: &mut [u8; KEY_BYTES], mut number: u64) {
    for place in text[4..].iter_mut().rev() {
        let digit = (number % 10) as u8;
        *place = b'0' + digit;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use std::collections::HashMap;

    fn choices(keys: KeyKind, key_count: u64, seed: u64, n: usize) -> Vec<(Option<String>, i32)> {
        let workload = Workload {
            keys,
            key_count,
            ..Workload::from(&Settings::default())
        };
        let mut keys = RecordKeys::new(&workload, 6, seed);
        let mut list = Vec::new();
        for _ in 0..n {
            let choice = keys.next();
            let key = choice
                .key
                .map(|key| String::from_utf8(key.to_vec()).unwrap());
            list.push((key, choice.partition));
        }
        list
    }

    fn most_frequent_share(keys: KeyKind) -> f64 {
        let mut times = HashMap::new();
        for (key, _) in choices(keys, 100, 1, 50_000) {
            *times.entry(key.unwrap()).or_insert(0u32) += 1;
        }
        assert_eq!(times.len(), 100);
        f64::from(*times.values().max().unwrap()) / 50_000.0
    }

    #[test]
    fn uniform_keys_come_equally_often_and_skewed_ones_do_not() {
        assert!(most_frequent_share(KeyKind::Uniform) < 0.013);
        let skewed = most_frequent_share(KeyKind::Skewed);
        assert!(
            (0.17..0.22).contains(&skewed),
            "1 / H(100) is 0.193, not {skewed}"
        );
    }

    #[test]
    fn no_key_leaves_the_partition_to_the_client_and_turns_name_every_partition() {
        assert_eq!(choices(KeyKind::None, 9, 1, 1), [(None, -1)]);
        let turns: Vec<i32> = choices(KeyKind::Partition, 9, 4, 7)
            .iter()
            .map(|choice| choice.1)
            .collect();
        assert_eq!(turns, [4, 5, 0, 1, 2, 3, 4]);
    }

    #[test]
    fn the_same_seed_gives_the_same_keys() {
        for kind in [KeyKind::Uniform, KeyKind::Skewed] {
            assert_eq!(choices(kind, 1000, 5, 50), choices(kind, 1000, 5, 50));
            assert_ne!(choices(kind, 1000, 5, 50), choices(kind, 1000, 6, 50));
        }
        assert_eq!(
            choices(KeyKind::Uniform, 1, 5, 1)[0].0.as_deref(),
            Some("key-0000000000")
        );
    }
}
