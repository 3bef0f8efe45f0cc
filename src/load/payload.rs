//! What records are filled with: a pool made before the load starts, handed out record by record.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::rngs::SmallRng;
use rand::{Rng, RngExt, SeedableRng};

use crate::load::{PayloadKind, Workload};
use crate::settings::HEADER_BYTES;

mod json;
mod text;

/// How large a pool grows, where the smallest number of records allows.
const POOL_BYTES: u64 = 4 << 20;
/// How large a pool may be for that smallest number of records.
const POOL_BYTES_MOST: u64 = 16 << 20;
/// How many records a pool holds at least, unless they are so large that `POOL_BYTES_MOST` would be passed.
const RECORDS_LEAST: u64 = 64;
const RECORDS_MOST: u64 = 1 << 16;
/// The largest file that is read.
const FILE_BYTES_MOST: u64 = 64 << 20;

/// Why payloads could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// No file was named.
    #[error(
        "payload is \"file\", but payload.file names none; set payload.file, or another payload"
    )]
    NoFile,
    /// The file cannot be read.
    #[error("cannot read the payload file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is too large.
    #[error("the payload file {} has {bytes} bytes; at most {FILE_BYTES_MOST} (64 MiB) are read: cut it", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// A record has no room for the record header.
    #[error(
        "payload.file has a line of {0} bytes, and a record that is followed or audited carries a header of {HEADER_BYTES}: make such lines longer, or set follow off and leave out --audit"
    )]
    Short(usize),
    /// The file holds nothing to send.
    #[error("the payload file {} holds no line that is not empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

/// A pool of ready payloads, handed out in turn; after the last one the first comes again. A clone shares the pool and
/// has its own place in it.
///
/// A pool holds 4 MiB, more than a batch, so that a batch does not hold one record twice and its compression ratio is
/// that of fresh records. Measured with 1 KiB records in batches of 200: JSON 3.6 (lz4), 3.7 (snappy), 6.2 (gzip),
/// 5.9 (zstd); text 1.6, 1.8, 2.7, 2.6; random bytes 1.0. Only records above 64 KiB make a pool of more bytes or fewer
/// records (64 of them up to 16 MiB).
#[derive(Clone, Debug)]
pub struct Payloads {
    pool: Arc<Pool>,
    at: usize,
}

/// The records of a pool; they never move.
#[derive(Debug, Default)]
pub struct Pool {
    bytes: Vec<u8>,
    /// Start and end of every record.
    spans: Vec<(usize, usize)>,
}

impl Payloads {
    /// Makes the pool of a workload; reads the file for `PayloadKind::File`. The same seed gives the same records.
    pub fn new(workload: &Workload, seed: u64) -> Result<Self, PayloadError> {
        let pool = match (workload.payload, &workload.payload_file) {
            (PayloadKind::File, None) => return Err(PayloadError::NoFile),
            (PayloadKind::File, Some(path)) => read(path)?,
            _ => make(workload, seed),
        };
        Ok(Self {
            pool: Arc::new(pool),
            at: 0,
        })
    }

    /// The same pool for sender `sender` of `senders`, starting at another place of it.
    #[must_use]
    pub fn for_sender(&self, sender: u32, senders: u32) -> Self {
        let share = self.pool.spans.len() / senders.max(1) as usize;
        Self {
            pool: Arc::clone(&self.pool),
            at: (share * sender as usize).min(self.pool.spans.len().saturating_sub(1)),
        }
    }

    /// Where the payloads stand.
    #[must_use]
    pub fn pool(&self) -> Arc<Pool> {
        Arc::clone(&self.pool)
    }

    /// The payload of the next record: a part of `pool`.
    #[inline]
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator cannot lend from itself"
    )]
    pub fn next(&mut self) -> &[u8] {
        let span = self.pool.spans.get(self.at).copied();
        self.at += 1;
        if self.at >= self.pool.spans.len() {
            self.at = 0;
        }
        span.and_then(|(start, end)| self.pool.bytes.get(start..end))
            .unwrap_or_default()
    }

    /// The mean size of the records in bytes.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a pool is small")]
    pub fn mean_bytes(&self) -> f64 {
        self.pool.bytes.len() as f64 / self.pool.spans.len().max(1) as f64
    }

    /// Refuses records that cannot carry the record header.
    pub fn fit_header(&self) -> Result<(), PayloadError> {
        let sizes = self.pool.spans.iter().map(|(start, end)| end - start);
        let smallest = sizes.min().unwrap_or(0);
        if smallest < HEADER_BYTES {
            return Err(PayloadError::Short(smallest));
        }
        Ok(())
    }

    /// The largest record in bytes.
    #[must_use]
    pub fn largest(&self) -> usize {
        let sizes = self.pool.spans.iter().map(|(start, end)| end - start);
        sizes.max().unwrap_or(0)
    }
}

impl Pool {
    /// A pool of one record.
    #[cfg(test)]
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        let spans = vec![(0, bytes.len())];
        Self { bytes, spans }
    }

    /// Bytes of all its records.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    fn end_record(&mut self) {
        let start = self.spans.last().map_or(0, |&(_, end)| end);
        self.spans.push((start, self.bytes.len()));
    }
}

fn make(workload: &Workload, seed: u64) -> Pool {
    let (least, most) = (workload.size_min.0, workload.size_max.0);
    let mean = u64::midpoint(least, most).max(1);
    let fitting = (POOL_BYTES_MOST / mean).max(1);
    let records = (POOL_BYTES / mean)
        .clamp(RECORDS_LEAST, RECORDS_MOST)
        .min(fitting.max(4));
    let mut random = SmallRng::seed_from_u64(seed);
    let mut pool = Pool::default();
    for _ in 0..records {
        let size = usize::try_from(random.random_range(least..=most)).unwrap_or(0);
        fill(workload.payload, &mut pool.bytes, size, &mut random);
        pool.end_record();
    }
    pool
}

/// Appends one record of exactly `size` bytes.
fn fill(kind: PayloadKind, bytes: &mut Vec<u8>, size: usize, random: &mut SmallRng) {
    let start = bytes.len();
    match kind {
        PayloadKind::Random => {
            bytes.resize(start + size, 0);
            random.fill_bytes(&mut bytes[start..]);
        }
        PayloadKind::Text => text::append(bytes, size, random),
        PayloadKind::Json => json::append(bytes, size, random),
        PayloadKind::Zeros | PayloadKind::File => {}
    }
    bytes.resize(start + size, 0);
}

/// Every line that is not empty is a record; a file without a line feed is one record.
fn read(path: &Path) -> Result<Pool, PayloadError> {
    let unreadable = |source| PayloadError::Unreadable {
        path: path.into(),
        source,
    };
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > FILE_BYTES_MOST {
        return Err(PayloadError::TooLarge {
            path: path.into(),
            bytes: length,
        });
    }
    let content = std::fs::read(path).map_err(unreadable)?;
    let mut pool = Pool::default();
    for line in content.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() {
            pool.bytes.extend_from_slice(line);
            pool.end_record();
        }
    }
    if pool.spans.is_empty() {
        return Err(PayloadError::Empty { path: path.into() });
    }
    Ok(pool)
}

#[cfg(test)]
mod tests;
