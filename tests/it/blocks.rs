//! Blocks on one running lab: the right settings, the window alone, refusals, cancelling.

use std::time::Duration;

use linger::lab::{Block, BlockError, Blocks};
use linger::settings::Settings;

use crate::lab_handle::{config, embedded, settings, with};

const WARMUP: Duration = Duration::from_millis(300);
const MEASURE: Duration = Duration::from_millis(900);

fn calm() -> Settings {
    settings(&[
        ("rate", "2000"),
        ("record.size", "200"),
        ("linger.ms", "0"),
        ("rtt.ms", "2"),
    ])
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

/// Figures of a running trial are read one after the other: what is reported in between is in the later ones only.
fn is_about(one: u64, other: u64) -> bool {
    one.abs_diff(other) <= other / 20 + 50
}

fn p50(block: &Block) -> f64 {
    block.response.p50.unwrap().0
}

#[test]
fn blocks_alternate_on_one_lab_and_count_their_window_alone() {
    let (calm, slow) = (calm(), with(&calm(), &[("linger.ms", "60")]));
    let runtime = runtime();
    let mut blocks = Blocks::start(config(embedded(), "linger-blocks", calm.clone())).unwrap();
    let run = |blocks: &mut Blocks, settings: &Settings| {
        runtime
            .block_on(blocks.run(settings, WARMUP, MEASURE))
            .unwrap()
    };
    let first = run(&mut blocks, &calm);
    let second = run(&mut blocks, &slow);
    let third = run(&mut blocks, &calm);
    // Equal settings once more open a trial of their own.
    let fourth = run(&mut blocks, &calm);

    let numbers = [&first, &second, &third, &fourth].map(|block| block.trial);
    assert!(
        numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "{numbers:?}"
    );
    assert!(p50(&second) > 20.0, "{:?}", second.response);
    for quick in [&first, &third, &fourth] {
        assert!(p50(quick) < p50(&second) / 2.0, "{:?}", quick.response);
        assert!(quick.settings.number("linger.ms") < 1.0);
    }
    for block in [&first, &second, &third, &fourth] {
        assert!(block.warmed >= WARMUP, "{:?}", block.warmed);
        assert!(block.measured >= MEASURE, "{:?}", block.measured);
        let due = 2000.0 * block.measured.as_secs_f64();
        let attempted = block.accounts.attempted as f64;
        assert!(
            (attempted - due).abs() < due * 0.1 + 50.0,
            "{attempted} attempted of {due} due"
        );
        let (recorded, delivered) = (block.histogram.total(), block.accounts.delivered);
        assert!(is_about(recorded, delivered), "{recorded} of {delivered}");
        assert_eq!((block.accounts.failed, block.errors.len()), (0, 0));
        assert!(block.client_cpu > 0.0);
        let words: Vec<_> = block.warnings.iter().map(|warning| warning.word).collect();
        assert!(words.contains(&"EMBEDDED"), "{words:?}");
    }
    let trials = blocks.finish();
    assert_eq!(trials.len() as u64, fourth.trial);
    assert!(trials.iter().all(|trial| trial.result.failed == 0));
}

#[test]
fn a_refused_and_a_cancelled_block_leave_the_lab_to_the_next_one() {
    let calm = calm();
    let runtime = runtime();
    let mut blocks = Blocks::start(config(embedded(), "linger-blocks", calm.clone())).unwrap();
    let bad = with(&calm, &[("enable.idempotence", "on"), ("acks", "1")]);
    let refused = runtime
        .block_on(blocks.run(&bad, WARMUP, MEASURE))
        .unwrap_err();
    assert!(
        matches!(&refused, BlockError::Refused(reason) if reason.contains("acks")),
        "{refused}"
    );

    let cancelled = runtime.block_on(async {
        tokio::time::timeout(WARMUP, blocks.run(&calm, WARMUP, Duration::from_secs(60))).await
    });
    assert!(cancelled.is_err(), "it was over before it was cancelled");

    let failing = with(&calm, &[("errors.fatal", "50")]);
    let block = runtime
        .block_on(blocks.run(&failing, Duration::ZERO, MEASURE))
        .unwrap();
    assert!(block.accounts.failed > 0, "{:?}", block.accounts);
    let by_code: u64 = block.errors.iter().map(|error| error.count).sum();
    assert!(
        is_about(by_code, block.accounts.failed),
        "{by_code} of {:?}",
        block.accounts
    );
    let timed = block.failures.total();
    assert!(
        is_about(timed, block.accounts.failed),
        "{timed} of {:?}",
        block.accounts
    );
    let _ = blocks.finish();
}
