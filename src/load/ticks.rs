//! The processor's own counter of time, where the kernel itself tells the time by it.

use std::sync::LazyLock;

/// Reads the counter; `None` where there is none that can be trusted.
#[inline]
pub fn read() -> Option<u64> {
    if *TRUSTED { Some(counter()) } else { None }
}

/// The kernel checks at its start, and goes on checking, that the counter runs evenly and alike on all cores; it tells the time by
/// something else when that is not so.
static TRUSTED: LazyLock<bool> = LazyLock::new(|| {
    cfg!(all(target_os = "linux", target_arch = "x86_64"))
        && std::fs::read_to_string(
            "/sys/devices/system/clocksource/clocksource0/current_clocksource",
        )
        .is_ok_and(|name| name.trim() == "tsc")
});

#[cfg(target_arch = "x86_64")]
#[inline]
#[expect(unsafe_code, reason = "an instruction without a safe name")]
fn counter() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and Linux lets programs use it; it only reads.
    unsafe { core::arch::x86_64::_rdtsc() }
}

#[cfg(not(target_arch = "x86_64"))]
fn counter() -> u64 {
    0
}
