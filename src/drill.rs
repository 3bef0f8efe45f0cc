//! Fire drills: a debug build panics on the thread that the environment names, so that a test can see the terminal come back.

/// The environment variable that names the thread which is to panic.
pub const VARIABLE: &str = "LINGER_DRILL_PANIC";

/// The names that the variable may have: one for every kind of thread that this program starts, and the main thread.
pub const THREADS: [&str; 12] = [
    "main",
    "screen",
    "watchdog",
    "files",
    "lab",
    "log-count",
    "hiccups",
    "sender",
    "poll",
    "drain",
    "cluster",
    "follower",
];

/// Panics in a debug build when [`VARIABLE`] names this kind of thread (one of [`THREADS`]); does nothing otherwise. Threads call
/// it where their work begins.
///
/// # Panics
/// On demand only.
pub fn point(thread: &str) {
    debug_assert!(THREADS.contains(&thread), "no such thread: {thread}");
    let asked = || std::env::var_os(VARIABLE).is_some_and(|name| name == thread);
    assert!(
        !(cfg!(debug_assertions) && asked()),
        "{VARIABLE} let the thread '{thread}' panic"
    );
}
