//! What the machine is and how busy it was: printed beside every figure.

use std::fs;

/// One line on the machine as it is now.
pub fn line() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').take(3).collect::<Vec<_>>().join(" ");
    let environment = linger::snapshot::Environment::of_this_machine();
    format!(
        "machine: {} cores, {}; load average {load}; built {}",
        environment.cores,
        environment.cpu.unwrap_or_default(),
        if cfg!(debug_assertions) {
            "WITHOUT optimization: figures mean nothing"
        } else {
            "for release"
        }
    )
}
