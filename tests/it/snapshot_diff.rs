//! Two saved benchmarks side by side, by the real program.

use std::path::Path;

use crate::cli::{home, refused, run, stdout};

fn saved(home: &Path, name: &str, more: &[&str]) {
    let words = [
        "bench",
        "-q",
        "--duration",
        "1",
        "--throughput",
        "2000",
        "--save",
        name,
    ];
    run(home, &[&words[..], more].concat()).success();
}

#[test]
fn two_benchmarks_are_laid_over_each_other_and_nothing_is_proved() {
    let home = home();
    saved(home.path(), "slow", &["--set", "rtt.ms=30"]);
    saved(
        home.path(),
        "fast",
        &["--set", "rtt.ms=2", "--set", "linger.ms=1"],
    );
    let text = stdout(&run(home.path(), &["snapshot", "diff", "slow", "fast"]).success());
    let line = |start: &str| {
        let found = text
            .lines()
            .find(|line| line.trim_start().starts_with(start));
        found.unwrap_or_else(|| panic!("{start}: {text}"))
    };
    assert!(line("rtt.ms").contains("a 30 ms, b 2 ms"), "{text}");
    assert!(line("linger.ms").contains("5 ms"), "{text}");
    assert!(line("response p50").contains("−"), "{text}");
    assert!(text.contains("▒▒") && text.contains("░░"), "{text}");
    assert!(text.contains("proves nothing"), "{text}");
    assert_eq!(
        text.lines().last().unwrap().split(": ").last(),
        Some("linger compare --a slow --b fast")
    );

    let file = "data/linger/snapshots/fast.json";
    let words = ["snapshot", "diff", "slow", file, "--json"];
    let json = stdout(&run(home.path(), &words).success());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["settings"][0]["name"], "linger.ms");
    assert_eq!(json["obstacles"][0]["what"], "rtt.ms");
    assert_eq!(json["proves"], serde_json::Value::Null);
    let share = |side: &str| -> f64 {
        let rows = json["response_shares"].as_array().unwrap();
        rows.iter().map(|row| row[side].as_f64().unwrap()).sum()
    };
    assert!((share("a") - 1.0).abs() < 1e-9 && (share("b") - 1.0).abs() < 1e-9);

    let same = stdout(&run(home.path(), &["snapshot", "diff", "slow", "slow"]).success());
    assert!(same.contains("The settings are equal"), "{same}");
}

#[test]
fn the_object_holds_all_that_is_promised() {
    let home = home();
    saved(home.path(), "one", &["--goal", "failed=0"]);
    let text = std::fs::read_to_string(home.path().join("data/linger/snapshots/one.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let known = [
        "/schema_version /linger_version /librdkafka_version /started_at",
        "/environment/os /environment/cores /environment/clock_resolution_ns",
        "/cluster/kind /cluster/brokers /cluster/topic /cluster/partitions /cluster/replication_factor",
        "/conditions/round_trip_ms /settings/linger.ms/value /settings/linger.ms/source",
        "/workload/record_size /workload/throughput /workload/duration_s /workload/senders /workload/send_mode",
        "/result/attempted /result/delivered /result/failed /result/in_flight /result/log_end_delta /result/duration_s",
        "/result/records_per_s /result/mib_per_s /result/send_ms/p50 /result/delivery_ms/p50 /result/response_ms/mean",
        "/result/response_ms/p90 /result/response_ms/p95 /result/response_ms/p99 /result/response_ms/max /result/lateness_ms/p50",
        "/result/quality/settled /result/quality/warmup_s /result/quality/late_ms /result/quality/warnings /result/errors",
        "/result/retries /result/requests /result/batch_records_mean /result/batch_bytes_mean /result/compression_ratio",
        "/result/breakdown_ms/queue /result/breakdown_ms/output_buffer /result/breakdown_ms/round_trip",
        "/result/histograms/response /result/histograms/delivery /result/histograms/send /result/intervals/0/delivered",
    ];
    for path in known.iter().flat_map(|paths| paths.split(' ')) {
        assert!(
            json.pointer(path).is_some_and(|value| !value.is_null()),
            "{path}"
        );
    }
    // Nothing is invented: too few records, no quota, nobody reads the topic back.
    let unknown = [
        "/environment/cpu /environment/memory /cluster/cluster_id /cluster/broker_version /cluster/min_insync_replicas",
        "/workload/num_records /result/response_ms/p99_9 /result/response_ms/p99_99 /result/end_to_end_ms",
        "/result/quality/client_cpu /result/breakdown_ms/throttle",
    ];
    for path in unknown.iter().flat_map(|paths| paths.split(' ')) {
        assert!(json.pointer(path).is_some(), "{path}");
    }
}

#[test]
fn what_cannot_be_held_side_by_side_is_refused() {
    refused(
        &["snapshot", "diff", "nothing", "other"],
        &["\"nothing\"", "linger snapshot list"],
    );
    refused(&["snapshot", "diff", "nothing"], &["<B>"]);
    refused(
        &["snapshot", "diff", "a b", "c"],
        &["cannot be a snapshot's name"],
    );
}
