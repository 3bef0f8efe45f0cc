use super::*;

/// Captured from a producer on an embedded cluster of three brokers: 10,000 records of 1 KiB per second, uncompressed,
/// linger.ms 20, over four partitions.
const SAMPLE: &str = include_str!("../statistics_sample.json");
const BATCH_SIZE: Bytes = Bytes(1_000_000);

fn sample() -> Statistics {
    Statistics::parse(SAMPLE).unwrap()
}

/// An emission with these values since the start: Produce requests, records, their bytes, and this window.
fn emission(requests: i64, records: i64, bytes: i64, wire: i64, queue_ms: i64) -> Statistics {
    let text = serde_json::json!({
        "msg_cnt": 70, "future": {"unknown": true},
        "brokers": {
            "a": {"nodeid": 1, "waitresp_cnt": 2, "waitresp_msg_cnt": 20, "outbuf_msg_cnt": 10, "txretries": 1,
                "int_latency": {"sum": 100_000 * queue_ms, "cnt": 100}, "outbuf_latency": {"sum": 500, "cnt": 5},
                "rtt": {"sum": 40_000, "cnt": 4}, "throttle": {"sum": 6, "cnt": 3}, "req": {"Produce": requests}},
            "bootstrap": {"nodeid": -1, "rtt": {"sum": 9_000_000, "cnt": 2}}
        },
        "topics": {"t": {"batchsize": {"sum": wire, "cnt": 10}, "batchcnt": {"sum": 100, "cnt": 10},
            "partitions": {"-1": {"txmsgs": 9}, "0": {"txmsgs": records / 2, "txbytes": bytes, "msgs": 1_000_000},
                "2": {"txmsgs": records / 2}}}}
    });
    Statistics::parse(&text.to_string()).unwrap()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn a_real_emission_is_read() {
    let statistics = sample();
    let mut meter = StageMeter::new(Duration::ZERO);
    meter.push(&statistics, seconds(3));
    let stages = meter.stages(Some(Millis(16.0)), Some(Millis(0.1)), BATCH_SIZE, 1024.0);
    let ratio = stages.compression_ratio.unwrap();
    assert!((ratio - 1.0).abs() < 0.01, "uncompressed, yet {ratio}");
    let queue = stages.breakdown.queue.unwrap().0;
    assert!((10.0..25.0).contains(&queue));
    assert!(stages.breakdown.round_trip.is_some_and(|trip| trip.0 < 2.0));
    assert!(stages.breakdown.rest.is_some());
    assert!(stages.batch_records.is_some_and(|records| records > 50.0));
    assert!(
        stages
            .batch_fill
            .is_some_and(|fill| fill > 0.05 && fill < 0.5)
    );
    assert_eq!((stages.retries, stages.throttle), (0, None));
    assert_eq!(meter.partition_records().unwrap().len(), 4);
}

#[test]
fn means_are_weighted_and_the_parts_add_up_to_the_mean_response() {
    let mut meter = StageMeter::new(seconds(10));
    meter.push(&emission(100, 1000, 50_000, 2000, 2), seconds(11));
    meter.push(&emission(200, 2000, 100_000, 2000, 4), seconds(12));
    let stages = meter.stages(Some(Millis(15.0)), Some(Millis(0.5)), BATCH_SIZE, 0.0);
    let parts = stages.breakdown;
    assert_eq!(parts.queue, Some(Millis(3.0)));
    assert_eq!(parts.output_buffer, Some(Millis(0.1)));
    assert_eq!(
        parts.round_trip,
        Some(Millis(10.0)),
        "without bootstrap connections"
    );
    assert!((parts.rest.unwrap().0 - 1.4).abs() < 1e-9);
    assert_eq!(stages.throttle, Some(Millis(2.0)));
    assert!((stages.requests_per_s - 100.0).abs() < 1e-9);
    assert_eq!((stages.requests, stages.retries), (200, 1));
    assert_eq!((stages.queued, stages.requests_in_flight), (40, 2));
    // 50 bytes, 7 of framing, ten to a batch with a header of 61.
    assert!((stages.compression_ratio.unwrap() - (10.0 * 57.0 + 61.0) / 200.0).abs() < 1e-9);
    assert_eq!(meter.partition_records().unwrap(), [1000, 0, 1000]);
}

#[test]
fn a_reset_drops_the_window_that_reaches_back_before_it() {
    let mut meter = StageMeter::new(Duration::ZERO);
    meter.push(&emission(100, 1000, 50_000, 2000, 50), seconds(1));
    meter.reset();
    assert_eq!(queue(&meter), Some(Millis(50.0)));
    meter.push(&emission(300, 2000, 50_000, 2000, 20), seconds(2));
    assert_eq!(queue(&meter), Some(Millis(20.0)));
    meter.push(&emission(310, 3000, 50_000, 2000, 4), seconds(3));
    meter.push(&emission(320, 3000, 50_000, 2000, 6), seconds(4));
    assert_eq!(queue(&meter), Some(Millis(5.0)));
    let stages = meter.stages(None, None, BATCH_SIZE, 0.0);
    assert!((stages.requests_per_s - 10.0).abs() < 1e-9);
    assert_eq!(stages.requests, 320);
}

fn queue(meter: &StageMeter) -> Option<Millis> {
    meter.stages(None, None, BATCH_SIZE, 0.0).breakdown.queue
}

#[test]
fn a_kept_producer_counts_from_where_the_new_trial_begins() {
    let mut meter = StageMeter::after(emission(100, 1000, 50_000, 2000, 50), seconds(5));
    assert_eq!(queue(&meter), None);
    meter.push(&emission(150, 1500, 75_000, 2000, 5), seconds(6));
    let stages = meter.stages(None, None, BATCH_SIZE, 0.0);
    assert_eq!((stages.requests, queue(&meter)), (50, Some(Millis(5.0))));
    assert_eq!(meter.partition_records().unwrap(), [250, 0, 250]);
}

#[test]
fn what_is_no_json_is_refused_in_words() {
    let error = Statistics::parse("{").unwrap_err().to_string();
    assert!(error.starts_with("librdkafka's statistics"));
}
