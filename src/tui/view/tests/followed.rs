use super::*;
use crate::lab::FollowedReading;

#[test]
fn the_time_until_records_are_read_back_stands_below_the_acknowledgement() {
    let mut reading = sample::staging();
    let live = reading.live;
    for trial in reading.trials.iter_mut().filter(|it| it.number == live) {
        let end_to_end = sample::trial(live, &[], 7.5).response;
        let mut row = (**trial).clone();
        row.settings = sample::settings(&[("acks", "0")]);
        row.followed = Some(FollowedReading {
            end_to_end,
            unread: 141,
            ..FollowedReading::default()
        });
        *trial = Arc::new(row);
    }
    for (size, name, beside) in [
        ((120, 40), "due→read", "lag 141"),
        ((80, 24), " read ", "read"),
    ] {
        let model = Model::new(Vec::new());
        let screen = text(&painted(size, &model, &reading, &theme(ThemeChoice::Dark)));
        let lines: Vec<&str> = screen.lines().collect();
        let row = lines.iter().position(|line| line.contains(name));
        let row = row.unwrap_or_else(|| panic!("no {name} in\n{screen}"));
        assert!(lines[row].contains("7.5"), "{screen}");
        assert!(lines[row].contains(beside), "{screen}");
        let above = if size.0 == 120 {
            "due→socket"
        } else {
            " now "
        };
        assert!(lines[row - 1].contains(above), "{screen}");
        assert!(screen.contains("only reading"), "{screen}");
    }
}
