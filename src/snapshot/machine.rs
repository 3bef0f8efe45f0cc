//! The machine that sends, as a snapshot names it.

use std::fs;

use super::Environment;

impl Environment {
    /// Of the machine that this runs on; what it does not tell is `None`.
    #[must_use]
    pub fn of_this_machine() -> Self {
        let system = rustix::system::uname();
        let words = [system.sysname(), system.release(), system.machine()];
        Self {
            os: words
                .map(|word| word.to_string_lossy().into_owned())
                .join(" "),
            cpu: field("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism()
                .map_or(0, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
            memory: field("/proc/meminfo", "MemTotal").and_then(|text| kibibytes(&text)),
            clock_resolution_ns: clock_resolution(),
        }
    }
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn kibibytes(text: &str) -> Option<u64> {
    Some(text.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn clock_resolution() -> Option<u64> {
    let resolution = rustix::time::clock_getres(rustix::time::ClockId::Monotonic);
    u64::try_from(resolution.tv_nsec).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_name_and_a_core() {
        let environment = Environment::of_this_machine();
        assert!(!environment.os.is_empty());
        assert!(environment.cores > 0);
    }

    #[test]
    fn memory_is_told_in_bytes() {
        assert_eq!(kibibytes("24576 kB"), Some(25_165_824));
    }
}
