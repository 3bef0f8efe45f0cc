//! How the C library's heap grows and shrinks while records come and go.

use std::num::NonZero;
use std::sync::Once;

/// Lets heaps grow and shrink in large steps, once for the whole process.
///
/// Records are allocated by senders and freed by poll threads. By its defaults the GNU C library asks the kernel for every 4 KiB
/// of a thread's heap and gives the end of it back as soon as it is free: at full speed that cost about 60 ns a record.
/// Up to 8 MiB a heap now stay for the next records, in two heaps a core in place of eight: what stays behind after many
/// producers is bounded by them. Does nothing with other C libraries.
pub fn widen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(grow_in_large_steps);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the C library has no safe way to its settings")]
fn grow_in_large_steps() {
    const STEP: i32 = 8 << 20;
    // Setting one of these ends the C library's own adaptation, and recorders would be mapped and unmapped all the time.
    const MAPPED_FROM: i32 = 4 << 20;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let heaps = i32::try_from(2 * cores).unwrap_or(i32::MAX);
    // SAFETY: mallopt takes any numbers, from any thread; a refusal leaves the defaults, which work too.
    unsafe {
        libc::mallopt(libc::M_TOP_PAD, STEP);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM);
        libc::mallopt(libc::M_ARENA_MAX, heaps);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn grow_in_large_steps() {}
