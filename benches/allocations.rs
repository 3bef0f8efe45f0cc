//! Proof that a record costs no allocation of ours: every allocation by Rust code is counted, by thread, while a trial runs at two
//! rates. The senders may allocate nothing; the poll thread a fixed number per interval of statistics; nothing may grow with records.
//! librdkafka allocates in C and is not counted. Ends with status 1 if the proof fails.
//!
//! `cargo test --bench allocations`, in either profile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "shared/lab.rs"]
mod lab;

use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use lab::Steered;

/// Records per second of the two runs.
const RATES: [&str; 2] = ["1000", "50000"];
const WINDOW: Duration = Duration::from_secs(3);
/// More allocations than this for a record more would be a cost per record; less is the engine's own unsteadiness: a reading takes
/// about 110, and a window on a busy machine may hold several more of them than the other, each worth 0.0007 here.
const MOST_PER_RECORD: f64 = 0.01;

/// Allocations so far: senders, poll threads, all others.
static COUNTS: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];

struct Counting;

#[expect(
    unsafe_code,
    reason = "an allocator that counts; all work is the system's"
)]
// SAFETY: every call is handed on unchanged to the system's allocator, whose promises hold.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promises.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counts for the running thread, by its name as the system knows it: asking for it allocates nothing.
fn count() {
    let mut name = [0_u8; 16];
    #[expect(unsafe_code, reason = "the safe ways to a thread's name allocate")]
    // SAFETY: PR_GET_NAME writes at most 16 bytes.
    unsafe {
        libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr());
    }
    let kind = match &name {
        name if name.starts_with(b"sender-") => 0,
        name if name.starts_with(b"poll-") => 1,
        _ => 2,
    };
    COUNTS[kind].fetch_add(1, Ordering::Relaxed);
}

fn counts() -> [u64; 3] {
    COUNTS.each_ref().map(|count| count.load(Ordering::Relaxed))
}

/// What happened in the window at one rate.
struct Seen {
    records: f64,
    allocations: [f64; 3],
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn watch(rate: &str) -> Seen {
    let rows = [
        ("rate", rate),
        ("record.size", "100"),
        ("rtt.ms", "1"),
        ("record.keys", "uniform"),
    ];
    let steered = Steered::start(
        lab::embedded(),
        "linger-allocations",
        lab::settings(&rows),
        None,
    );
    thread::sleep(Duration::from_secs(1));
    let before = (steered.reading().accounts.delivered, counts());
    thread::sleep(WINDOW);
    let after = (steered.reading().accounts.delivered, counts());
    drop(steered.finish());
    Seen {
        records: (after.0 - before.0) as f64,
        allocations: std::array::from_fn(|kind| (after.1[kind] - before.1[kind]) as f64),
    }
}

fn main() -> ExitCode {
    let [few, many] = RATES.map(watch);
    let more = many.records - few.records;
    println!(
        "allocations of Rust code in {WINDOW:?}, at {} and {} records:",
        few.records, many.records
    );
    let mut holds = more > few.records;
    for (kind, name) in ["senders", "poll thread", "everything else"]
        .into_iter()
        .enumerate()
    {
        let (low, high) = (few.allocations[kind], many.allocations[kind]);
        let per_record = (high - low) / more;
        println!("  {name}: {low} and {high}: {per_record:.5} for each record more");
        holds &= per_record <= MOST_PER_RECORD;
    }
    holds &= few.allocations[0] == 0.0 && many.allocations[0] == 0.0;
    println!(
        "{}",
        if holds {
            "holds: no allocation of ours per record"
        } else {
            "FAILS"
        }
    );
    if holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
