use super::*;
use crate::cluster::ClusterKind;
use crate::settings::{Millis, Source};
use crate::snapshot::{Notice, Workload, settings_map};

fn of(pairs: &[(&str, &str)], times_ms: &[f64]) -> Snapshot {
    let mut settings = Settings::default();
    for (name, value) in pairs {
        settings.set(name, value, Source::Flag).unwrap();
    }
    let mut counts = Counts::new();
    for time in times_ms {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small"
        )]
        counts.record_n((time * 1000.0) as u64, 1000);
    }
    let mut one = Snapshot {
        librdkafka_version: "2.12.1".into(),
        settings: settings_map(&settings),
        workload: Workload::of(&settings),
        ..Snapshot::default()
    };
    let all = Some(Millis(times_ms.first().copied().unwrap_or(1.0)));
    one.result.response_ms = Latencies {
        count: 1000,
        mean: all,
        p50: all,
        p90: all,
        p95: all,
        p99: all,
        p99_9: all,
        p99_99: all,
        max: all,
        at_least_from: None,
    };
    one.result.histograms.response = Some(counts.encode_base64());
    one.result.quality.settled = true;
    one.result.attempted = 100_000;
    one.result.records_per_s = Some(10_000.0);
    one.result.duration_s = Some(10.0);
    one
}

fn whats(diff: &Diff) -> Vec<&str> {
    diff.obstacles.iter().map(|one| one.what).collect()
}

#[test]
fn equal_runs_have_nothing_against_them() {
    let one = of(&[], &[2.0]);
    let diff = diff(&one, &one);
    assert!(diff.obstacles.is_empty(), "{:?}", diff.obstacles);
    assert!(diff.settings.is_empty());
    let p50 = diff.figures.iter().find(|one| one.name == "response p50");
    assert_eq!(p50.unwrap().difference_percent, Some(0.0));
}

#[test]
fn settings_and_figures_stand_side_by_side() {
    let a = of(&[("linger.ms", "5")], &[2.0]);
    let b = of(&[("linger.ms", "20"), ("client.id", "x")], &[3.0]);
    let diff = diff(&a, &b);
    let names: Vec<_> = diff.settings.iter().map(|one| one.name).collect();
    assert_eq!(names, ["linger.ms", "client.id"]);
    assert_eq!(
        (diff.settings[0].a.as_str(), diff.settings[0].b.as_str()),
        ("5 ms", "20 ms")
    );
    assert_eq!(whats(&diff), ["several settings"]);
    let p50 = diff
        .figures
        .iter()
        .find(|one| one.name == "response p50")
        .unwrap();
    assert_eq!(
        (p50.a, p50.b, p50.difference_percent),
        (Some(2.0), Some(3.0), Some(50.0))
    );
}

#[test]
fn every_other_circumstance_is_named_with_its_reason() {
    let a = of(&[], &[2.0]);
    let mut b = a.clone();
    b.environment.cores += 1;
    b.cluster.kind = ClusterKind::Real;
    b.cluster.cluster_id = Some("x".into());
    b.cluster.broker_version = Some("4.3.0".into());
    b.cluster.topic = "t".into();
    b.cluster.brokers += 1;
    b.cluster.partitions += 1;
    b.cluster.replication_factor = Some(3);
    b.cluster.min_insync_replicas = Some(2);
    b.librdkafka_version = "2.13.0".into();
    b.linger_version = "0.0.1".into();
    b.result.duration_s = Some(60.0);
    b.result.attempted = 600_000;
    let diff = diff(&a, &b);
    let expected = [
        "cluster kind",
        "machine",
        "cluster",
        "broker version",
        "brokers",
        "topic",
        "partitions",
        "replication",
        "min.insync.replicas",
        "librdkafka version",
        "linger version",
        "length",
    ];
    assert_eq!(whats(&diff), expected);
    assert!(
        diff.obstacles[5].text.starts_with("a n/a, b t: "),
        "{:?}",
        diff.obstacles[5]
    );
}

#[test]
fn another_workload_is_an_obstacle_only_where_it_matters() {
    let a = of(
        &[("rate", "10000"), ("key.count", "5"), ("drain.first", "on")],
        &[2.0],
    );
    let b = of(
        &[
            ("rate", "10000"),
            ("key.count", "6"),
            ("drain.first", "off"),
        ],
        &[2.0],
    );
    assert!(diff(&a, &b).obstacles.is_empty());
    let c = of(
        &[
            ("rate", "10000"),
            ("record.size", "2KiB"),
            ("record.keys", "uniform"),
        ],
        &[2.0],
    );
    assert_eq!(
        whats(&diff(&a, &c)),
        ["record.size", "record.keys", "key.count"]
    );
}

#[test]
fn what_a_run_says_against_itself_is_repeated() {
    let a = of(&[], &[2.0]);
    let mut b = a.clone();
    b.result.attempted = 10_000;
    b.result.failed = 1_000;
    b.result.quality.settled = false;
    b.result.quality.warnings = vec![
        Notice {
            word: "EMBEDDED".into(),
            text: "simulated".into(),
        },
        Notice {
            word: "CLIENT SATURATED".into(),
            text: "98 % of a core".into(),
        },
    ];
    b.result.records_per_s = Some(900.0);
    b.result.response_ms.p99_99 = None;
    b.result.response_ms.at_least_from = Some(Millis(2.0));
    let diff = diff(&a, &b);
    let expected = [
        "delivery",
        "not settled",
        "warning",
        "rate not kept",
        "too few records",
    ];
    assert_eq!(whats(&diff), expected);
    assert_eq!(
        diff.obstacles[0].text,
        "b: 1,000 of 10,000 records were not delivered; no speed makes up for that"
    );
    let p99 = diff
        .figures
        .iter()
        .find(|one| one.name == "response p99")
        .unwrap();
    assert!(
        p99.b_at_least && p99.difference_percent.is_none(),
        "{p99:?}"
    );
}

#[test]
fn full_speed_gets_no_difference_of_times() {
    let a = of(&[], &[2.0]);
    let b = of(&[("rate", "max")], &[90.0]);
    let diff = diff(&a, &b);
    let of_times = diff.figures.iter().filter(|one| one.unit == "ms");
    assert!(
        of_times.clone().count() > 8
            && of_times.clone().all(|one| one.difference_percent.is_none())
    );
    let rate = diff
        .figures
        .iter()
        .find(|one| one.name == "records")
        .unwrap();
    assert_eq!(rate.difference_percent, Some(0.0));
}

#[test]
fn both_distributions_share_their_bins_and_each_sums_to_one() {
    let a = of(&[], &[1.0, 2.0, 3.0]);
    let b = of(&[], &[2.0, 400.0]);
    let rows = diff(&a, &b).overlay;
    assert!(rows.len() <= ROWS, "{}", rows.len());
    let (first, second) = rows
        .iter()
        .fold((0.0, 0.0), |sum, row| (sum.0 + row.a, sum.1 + row.b));
    assert!((first - 1.0_f64).abs() < 1e-9 && (second - 1.0_f64).abs() < 1e-9);
    assert!(
        rows.windows(2)
            .all(|two| (two[0].to_ms - two[1].from_ms).abs() < 1e-9)
    );
    let last = rows.last().unwrap();
    assert!(
        last.a == 0.0 && last.b > 0.49 && last.to_ms > 400.0,
        "{last:?}"
    );
    let mut without = a.clone();
    without.result.histograms.response = None;
    assert!(diff(&without, &b).overlay.is_empty());
}
