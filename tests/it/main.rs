//! All integration tests in one binary: linked once, and one set of real brokers for everything.
//!
//! A test on a real Kafka begins with `let Some(kafka) = kafka::one() else { return };`: without Java and Maven it is skipped,
//! loudly, unless `LINGER_REQUIRE_KAFKA=1` asks for a failure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// The figures of tests are far below what these casts can lose.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod advice;
mod architecture;
mod audit;
mod audit_java;
mod bad_input;
mod blocks;
mod browser;
mod claims;
mod cli;
mod cli_load;
mod compare;
mod compare_told;
mod consumers;
mod dump_log;
mod export;
mod files;
mod frames;
mod hands;
mod kafka;
mod lab_audit;
mod lab_broker_down;
mod lab_embedded;
mod lab_follow;
mod lab_full_speed;
mod lab_handle;
mod lab_log;
mod lab_quality;
mod lab_random;
mod lab_secured;
mod lab_senders;
mod lab_turns;
mod licences;
mod local_kafka;
mod msrv;
mod pty;
mod readme;
mod reports;
mod scenario;
mod scenario_killed;
mod scrape;
mod snapshot_diff;
mod source;
mod stall;
mod sweep;
mod sweep_kafka;
mod sweep_told;
mod terminal;
mod terminal_files;
mod transactions;
mod wire;
mod wire_clients;
mod wire_command;
mod wire_secured;
