//! Honest figures: the shape of the load, the warm-up, and what the machine did, in a running lab.

use std::time::Duration;

use linger::lab::TrialState;
use linger::measure::Steadiness;

use crate::lab_handle::{Watched, config, embedded, settings};

#[test]
fn a_burst_leaves_in_bursts_and_keeps_the_mean_rate() {
    let burst = settings(&[
        ("rate", "1000"),
        ("rate.shape", "burst"),
        ("rate.peak", "10000"),
        ("rate.period.ms", "1000"),
        ("record.size", "100"),
        ("linger.ms", "0"),
        ("rtt.ms", "1"),
    ]);
    let mut lab = Watched::start(config(embedded(), "linger-it", burst));
    let reading = lab.until("three bursts", |reading| reading.accounts.delivered > 2_900);
    let busy = |most: u64| {
        let columns = reading.history.iter();
        columns.filter(|column| column.attempted > most).count()
    };
    // A burst of 1,000 takes 100 ms, so that it lies in one or two columns of 100 ms; ten would hold a steady load.
    assert!((3..=8).contains(&busy(0)), "{} busy columns", busy(0));
    let (last, snapshots) = lab.stop();
    assert_eq!(last.accounts.failed, 0);
    let shape = &snapshots[0].settings["rate.shape"];
    assert_eq!(shape.value.to_string(), "burst");
}

#[test]
fn the_warm_up_is_left_out_and_the_machine_is_told() {
    let calm = settings(&[("rate", "1000"), ("record.size", "200"), ("rtt.ms", "20")]);
    let mut config = config(embedded(), "linger-it", calm);
    config.settle = Duration::from_secs(1);
    let mut lab = Watched::start(config);
    let early = lab.until("the first second", |reading| {
        reading.accounts.delivered > 1_000
    });
    let warned = early
        .warnings
        .iter()
        .any(|warning| warning.word == "NOT SETTLED");
    assert!(warned, "{:?}", early.warnings);
    // On a restless machine it counts after a while all the same, and says so.
    let settled = lab.until("figures that count", |reading| {
        let live = reading.live_trial();
        live.is_some_and(|live| live.state == TrialState::Settled)
    });
    let live = settled.live_trial().unwrap();
    let steady = live.steadiness == Steadiness::Steady;
    assert!(live.response.count < live.accounts.delivered);
    assert!(live.held >= Duration::from_secs(4), "{:?}", live.held);
    assert!(live.machine.hiccups.count > 1_000, "{:?}", live.machine);
    let (_, snapshots) = lab.stop();
    let quality = &snapshots[0].result.quality;
    assert!(quality.settled || !steady, "{quality:?}");
    assert!(quality.warmup_s.unwrap() >= 1.0, "{quality:?}");
    assert!(quality.hiccup_p99_ms.is_some() && quality.hiccup_max_ms >= quality.hiccup_p99_ms);
    if std::path::Path::new("/proc/self/schedstat").exists() {
        assert!(quality.client_cpu.unwrap() > 0.0, "{quality:?}");
        assert!(quality.run_queue_wait.is_some() && quality.cpu_stolen.is_some());
    }
}
