//! The lab's files by its keys: settings exported for another client, a snapshot saved and drawn behind the live distribution.

use crate::pty::{PATIENCE, Terminal, linger};

#[test]
fn x_writes_a_file_for_another_client_and_o_draws_a_snapshot_behind() {
    let home = tempfile::tempdir().unwrap();
    let mut command = linger(&[], home.path());
    command.cwd(home.path());
    let mut terminal = Terminal::start(command, 120, 40);
    terminal.wait_for("● LOAD 00:01");

    terminal.keys("x");
    terminal.wait_for("export the settings of #1");
    terminal.keys("\r");
    terminal.wait_for("exported: ");
    let file = std::fs::read_to_string(home.path().join("producer.properties")).unwrap();
    assert!(
        file.contains("trial #1") && file.contains("\nbatch.size=1000000\n"),
        "{file}"
    );

    terminal.keys("s");
    terminal.wait_for("save #1 as a snapshot");
    terminal.keys("\r");
    terminal.wait_for("#1 saved: ");
    terminal.keys("o");
    terminal.wait_for("snapshot  trial-1");
    // Behind the profiles, which come with the program.
    terminal.keys(&"j".repeat(20));
    terminal.wait_for("▸ snapshot  trial-1");
    terminal.keys("\r");
    terminal.wait_for("░ trial-1");
    terminal.wait_for("vs saved");
    let screen = terminal.text();
    assert!(!screen.contains("no match"), "{screen}");
    terminal.keys("\u{1b}");
    terminal.wait_until("the snapshot gone", |screen| {
        !screen.contents().contains("vs saved")
    });

    terminal.keys("q");
    assert!(terminal.wait_for_end(PATIENCE).success());
    terminal.assert_restored();
}
