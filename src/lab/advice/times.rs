//! Causes that lie in where a record's time goes.

use super::{Advice, View, ms, percent, shown, whole};

/// A round trip below this is next to none: nothing waits long for it.
const REAL_ROUND_TRIP_MS: f64 = 1.0;
/// A part of the mean response time above this share dominates it.
const DOMINATES: f64 = 0.5;
/// Batches below this fill are small.
const SMALL_FILL: f64 = 0.1;
/// So many requests of one connection stand in line; more than the turn that is proposed lets out.
const LONG_LINE: f64 = 10.0;
/// Requests that wait for one another take so many times longer than one that found nobody before it.
const MUCH_LONGER: f64 = 5.0;
/// Below so many requests a second there is nothing to save.
const MANY_REQUESTS: f64 = 200.0;

/// Records wait for the answer to the one request that may be in flight.
pub(super) fn one_in_flight(view: &View) -> Option<Advice> {
    let alone = (view.number("max.in.flight") - 1.0).abs() < 0.5;
    let trip = waits_for_round_trips(view)?;
    if !alone || view.settings.is_on("enable.idempotence") {
        return None;
    }
    Some(Advice {
        text: format!(
            "one request at a time: each waits a {} round trip. Expect in flight 2 to halve the queue time.",
            ms(trip)
        ),
        turn: view.turn("max.in.flight", "2"),
    })
}

/// With idempotence librdkafka keeps one request per partition in flight.
pub(super) fn one_per_partition(view: &View) -> Option<Advice> {
    let trip = waits_for_round_trips(view)?;
    if !view.settings.is_on("enable.idempotence") {
        return None;
    }
    let partitions = view.reading.cluster.topic.partitions;
    let full = view.trial.stages.batch_fill.is_some_and(|fill| fill > 0.8);
    let (way, turn) = if full {
        let turn = view.turn_to("batch.size", view.number("batch.size") * 2.0);
        let way = format!(
            "Batches are full: expect batch.size {} to halve the queue time",
            shown(turn.as_ref())
        );
        (way, turn)
    } else {
        let way = "Expect more partitions to divide the wait; idempotence off lifts it, but retries may then duplicate or reorder";
        (way.to_owned(), None)
    };
    Some(Advice {
        text: format!(
            "idempotence keeps one request per partition in flight ({partitions} partitions): each waits a {} round trip. {way}.",
            ms(trip)
        ),
        turn,
    })
}

/// The round trip, where records queue longer than lingering explains, by a good part of a round trip.
fn waits_for_round_trips(view: &View) -> Option<f64> {
    let (queue, trip, mean) = (view.queue()?, view.round_trip()?, view.mean()?);
    let beyond_linger = queue - view.number("linger.ms");
    let waits = trip >= REAL_ROUND_TRIP_MS && beyond_linger > trip * 0.2 && queue > mean * 0.25;
    waits.then_some(trip)
}

/// Requests stand in line at brokers, each of which waits for replicas before the next one of its connection is looked at.
pub(super) fn requests_in_line(view: &View) -> Option<Advice> {
    let stages = &view.trial.stages;
    let (trip, shortest) = (view.round_trip()?, stages.shortest_round_trip?.0);
    let fill = stages.batch_fill.filter(|fill| *fill < SMALL_FILL)?;
    let brokers = view.reading.cluster.brokers.len().max(1);
    #[expect(clippy::cast_precision_loss, reason = "a few brokers")]
    let line = stages.requests_per_s * trip / 1000.0 / brokers as f64;
    let stands =
        line >= LONG_LINE && trip >= shortest * MUCH_LONGER && trip >= view.mean()? * DOMINATES;
    if !stands || !waits_for_replicas(view) || view.settings.is_on("enable.idempotence") {
        return None;
    }
    let turn = view.turn("max.in.flight", "5");
    Some(Advice {
        text: format!(
            "about {} requests a broker stand in line, {} full: it answers one of a connection at a time, and with acks=all each waits \
             for replicas. Expect in flight {} to fill batches meanwhile and to take most of {} off; the shortest took {}.",
            whole(line),
            percent(fill),
            shown(turn.as_ref()),
            ms(trip),
            ms(shortest)
        ),
        turn,
    })
}

fn waits_for_replicas(view: &View) -> bool {
    let replicated = view.reading.cluster.topic.replication_factor > Some(1);
    replicated && matches!(view.settings.word("acks"), "all" | "-1")
}

/// Most of the time passes waiting for more records.
pub(super) fn linger_dominates(view: &View) -> Option<Advice> {
    let (queue, mean, linger) = (view.queue()?, view.mean()?, view.number("linger.ms"));
    let by_linger = queue <= linger * 1.1 && queue >= linger * 0.25;
    let fill = view.trial.stages.batch_fill?;
    if !by_linger || linger < 2.0 || queue < mean * DOMINATES || fill > 0.9 {
        return None;
    }
    let turn = view.turn_to("linger.ms", (linger / 5.0).max(1.0));
    let to = turn.as_ref().and_then(|(_, value)| value.number())?;
    let saved = queue * (1.0 - to / linger);
    Some(Advice {
        text: format!(
            "linger.ms {} is the largest part: records wait {} of {} for a batch that leaves {} full. \
             Expect linger.ms {} to take about {} off the mean, for more and smaller requests.",
            ms(linger),
            ms(queue),
            ms(mean),
            percent(fill),
            ms(to),
            ms(saved)
        ),
        turn,
    })
}

/// Many requests, each nearly empty.
pub(super) fn small_batches(view: &View) -> Option<Advice> {
    let stages = &view.trial.stages;
    let (fill, records) = (stages.batch_fill?, stages.batch_records?);
    let few = stages.requests_per_s < MANY_REQUESTS;
    // Where records wait for round trips or requests for one another, or a time is too long already, lingering longer is no way out.
    let waits = waits_for_round_trips(view).is_some() || requests_in_line(view).is_some();
    if few || fill >= SMALL_FILL || view.misses_a_time() || waits {
        return None;
    }
    let linger = view.number("linger.ms");
    let turn = view.turn_to("linger.ms", (linger * 2.0).max(5.0));
    let to = turn.as_ref().and_then(|(_, value)| value.number())?;
    Some(Advice {
        text: format!(
            "batches leave by linger at {} full: {} requests/s carry {} records each. \
             Expect linger.ms {} to need fewer requests, and the median to rise by up to {}.",
            percent(fill),
            whole(stages.requests_per_s),
            whole(records),
            ms(to),
            ms(to - linger)
        ),
        turn,
    })
}

/// The network and the brokers take most of the time.
pub(super) fn round_trip_dominates(view: &View) -> Option<Advice> {
    let (trip, mean) = (view.round_trip()?, view.mean()?);
    let is_short = trip < REAL_ROUND_TRIP_MS || trip < mean * DOMINATES;
    if is_short || requests_in_line(view).is_some() {
        return None;
    }
    let (way, turn) = if waits_for_replicas(view) && !view.settings.is_on("enable.idempotence") {
        let way = "acks=1 takes the wait for replicas out of it, and can lose records when a leader fails";
        (way, view.turn("acks", "1"))
    } else {
        ("no batching knob shortens it", None)
    };
    Some(Advice {
        text: format!(
            "the round trip is {} of the {} mean ({}): {way}.",
            ms(trip),
            ms(mean),
            percent(trip / mean)
        ),
        turn,
    })
}

/// By how much a goal is missed, and the largest part of the time.
pub(super) fn goal_missed(view: &View) -> Option<Advice> {
    let missed = view
        .missed()
        .find_map(|goal| Some((goal, goal.latency(view.trial)?.0)));
    let (goal, value) = missed.filter(|_| view.settled())?;
    let parts = view.trial.stages.breakdown;
    let named = [
        ("send() (a full queue)", parts.send),
        ("the queue (linger and waiting for requests)", parts.queue),
        ("the output buffer", parts.output_buffer),
        ("the round trip", parts.round_trip),
    ];
    let timed = named
        .into_iter()
        .filter_map(|(name, part)| Some((name, part?.0)));
    let (name, part) = timed.max_by(|left, right| left.1.total_cmp(&right.1))?;
    let difference = value - goal.bound;
    let direction = if difference > 0.0 {
        "too long"
    } else {
        "too short"
    };
    Some(Advice {
        text: format!(
            "{goal} is missed: {} is {} {direction}. The largest part of the mean is {name} with {}.",
            ms(value),
            ms(difference.abs()),
            ms(part)
        ),
        turn: None,
    })
}
