//! Blocks by commands: each is run once a block and prints bench's JSON.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use tokio::process::Command;

use crate::measure::{ErrorCount, Latencies};
use crate::settings::Millis;
use crate::snapshot::Notice;

use super::{Arm, Bench, Figures, MachineFigures};

/// A command may take so much longer than it was told to measure: starting, reaching the cluster, draining.
const PATIENCE: Duration = Duration::from_secs(120);
/// So much of what a failed command said is repeated.
const MOST_SAID: usize = 300;

/// Two commands, run by the shell with bench's flags behind what was typed.
pub struct CommandBench {
    a: String,
    b: String,
    flags: Vec<String>,
    block: Duration,
    since: Instant,
}

impl CommandBench {
    /// Runs these commands with these flags; each is to measure for `block`.
    #[must_use]
    pub fn new((a, b): (String, String), flags: Vec<String>, block: Duration) -> Self {
        Self {
            a,
            b,
            flags,
            block,
            since: Instant::now(),
        }
    }
}

impl Bench for CommandBench {
    async fn block(&mut self, arm: Arm) -> Result<Figures, String> {
        let command = match arm {
            Arm::A => &self.a,
            Arm::B => &self.b,
        };
        let mut shell = Command::new("sh");
        // The flags are the shell's arguments, so that none of them is read by it.
        shell
            .args(["-c", &format!("{command} \"$@\""), "sh"])
            .args(&self.flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let child = shell
            .spawn()
            .map_err(|error| format!("sh cannot be started: {error}"))?;
        let mut group = Group(child.id().and_then(|id| i32::try_from(id).ok()));
        let patience = self.block * 2 + PATIENCE;
        let output = tokio::time::timeout(patience, child.wait_with_output())
            .await
            .map_err(|_| format!("{command} did not end within {} s", patience.as_secs()))?
            .map_err(|error| format!("{command}: {error}"))?;
        group.0 = None;
        let said = last_line(&output.stderr);
        // A goal that the command itself missed is 1, and measured all the same.
        if !matches!(output.status.code(), Some(0 | 1)) {
            return Err(format!("{command} ended with {}: {said}", output.status));
        }
        figures(&String::from_utf8_lossy(&output.stdout), self.block).map_err(|why| {
            format!("{command} printed no JSON of bench ({why}); it must take bench's flags and pass them on: {said}")
        })
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    fn restart(&mut self) {
        self.since = Instant::now();
    }
}

/// The processes of a command; they are ended when this is dropped before it was disarmed.
struct Group(Option<i32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0.and_then(Pid::from_raw) {
            let _ = kill_process_group(pid, Signal::TERM);
        }
    }
}

fn last_line(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let last = text.trim().lines().next_back().unwrap_or("it said nothing");
    crate::cluster::shown::escape_visible(&crate::cluster::redact(last), MOST_SAID)
}

/// What is read of bench's JSON: what a wrapper around another tool can tell is enough.
#[derive(Deserialize)]
struct Printed {
    result: Outcome,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Outcome {
    attempted: u64,
    delivered: u64,
    failed: u64,
    duration_s: Option<f64>,
    records_per_s: Option<f64>,
    mib_per_s: Option<f64>,
    response_ms: Times,
    delivery_ms: Times,
    send_ms: Times,
    lateness_ms: Times,
    end_to_end_ms: Option<Times>,
    errors: Vec<ErrorCount>,
    compression_ratio: Option<f64>,
    batch_records_mean: Option<f64>,
    quality: Quality,
    histograms: Histograms,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Times {
    count: u64,
    mean: Option<Millis>,
    p50: Option<Millis>,
    p90: Option<Millis>,
    p95: Option<Millis>,
    p99: Option<Millis>,
    p99_9: Option<Millis>,
    p99_99: Option<Millis>,
    max: Option<Millis>,
    at_least_from: Option<Millis>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Quality {
    warmup_s: Option<f64>,
    client_cpu: Option<f64>,
    warnings: Vec<Notice>,
    /// What a wrapper does not tell is not judged.
    #[serde(flatten)]
    machine: MachineFigures,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Histograms {
    response: Option<String>,
}

impl From<Times> for Latencies {
    fn from(times: Times) -> Self {
        Self {
            count: times.count,
            mean: times.mean,
            p50: times.p50,
            p90: times.p90,
            p95: times.p95,
            p99: times.p99,
            p99_9: times.p99_9,
            p99_99: times.p99_99,
            max: times.max,
            at_least_from: times.at_least_from,
        }
    }
}

fn figures(text: &str, block: Duration) -> Result<Figures, String> {
    let printed: Printed = serde_json::from_str(text.trim()).map_err(|error| error.to_string())?;
    let result = printed.result;
    let records_per_s = result.records_per_s.ok_or("no result.records_per_s")?;
    Ok(Figures {
        measured_s: result.duration_s.unwrap_or(block.as_secs_f64()),
        warmed_s: result.quality.warmup_s,
        attempted: result.attempted,
        delivered: result.delivered,
        failed: result.failed,
        records_per_s,
        mib_per_s: result.mib_per_s,
        response_ms: result.response_ms.into(),
        delivery_ms: result.delivery_ms.into(),
        send_ms: result.send_ms.into(),
        lateness_ms: result.lateness_ms.into(),
        end_to_end_ms: result.end_to_end_ms.map(Latencies::from),
        errors: result.errors,
        behind: 0,
        client_cpu: result.quality.client_cpu,
        compression_ratio: result.compression_ratio,
        batch_records_mean: result.batch_records_mean,
        settled: true,
        machine: result.quality.machine,
        contaminated: None,
        warnings: result.quality.warnings,
        histogram: result.histograms.response,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::comparison::Metric;

    const BLOCK: Duration = Duration::from_secs(1);

    fn run(command: &str) -> Result<Figures, String> {
        let flags = ["--json", "a b"].map(str::to_owned).to_vec();
        let mut bench = CommandBench::new((command.into(), "false".into()), flags, BLOCK);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(bench.block(Arm::A))
    }

    #[test]
    fn a_wrapper_tells_what_it_knows_and_gets_the_flags_as_they_are() {
        let script = r#"tell() { [ "$#" = 2 ] && [ "$2" = "a b" ] && echo '{"result": {"records_per_s": 900.5, "delivered": 7, "response_ms": {"p50": 3.5}}}'; }; tell"#;
        let figures = run(script).unwrap();
        assert!((figures.records_per_s - 900.5).abs() < 1e-9);
        assert_eq!(figures.response_ms.p50, Some(Millis(3.5)));
        assert_eq!((figures.delivered, figures.failed), (7, 0));
        assert_eq!(figures.machine, MachineFigures::default());
        assert_eq!(figures.end_to_end_ms, None);
    }

    #[test]
    fn what_bench_says_of_its_machine_and_of_reading_back_is_taken() {
        let printed = r#"{"result": {"records_per_s": 1.0, "end_to_end_ms": {"count": 90, "p50": 4.5},
            "quality": {"paused": 0.04, "cpu_stolen": 0.01, "run_queue_wait": 0.2, "saturated": true, "settled": true}}}"#;
        let figures = figures(printed, BLOCK).unwrap();
        assert_eq!(figures.value(Metric::ReadP50), Some((4.5, false)));
        assert_eq!(figures.counted(Metric::ReadP50), 90);
        let machine = figures.machine;
        assert_eq!(
            (machine.paused, machine.cpu_stolen),
            (Some(0.04), Some(0.01))
        );
        assert_eq!(
            (machine.run_queue_wait, machine.saturated),
            (Some(0.2), Some(true))
        );
    }

    #[test]
    fn what_went_wrong_is_told() {
        let failed = run("echo 'no broker' >&2; exit 3 #").unwrap_err();
        assert!(
            failed.contains("no broker") && failed.contains('3'),
            "{failed}"
        );
        let other = run("echo hello #").unwrap_err();
        assert!(other.contains("no JSON of bench"), "{other}");
        let missing = run("/nowhere/to/be/found").unwrap_err();
        assert!(missing.contains("not found"), "{missing}");
    }
}
