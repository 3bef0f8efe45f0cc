//! How much memory this process holds.

/// Resident size of this process in MiB.
pub fn mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc/self/status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line
        .and_then(|line| line.split_whitespace().next())
        .expect("VmRSS");
    number.parse::<f64>().expect("a number") / 1024.0
}
