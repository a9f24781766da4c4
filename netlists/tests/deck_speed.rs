//! A large array must be read and elaborated quickly and in little memory.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use ohmloom_netlists::deck::Deck;
use ohmloom_netlists::elaborate::Overrides;

/// A passive crossbar with wire resistances: three resistors for each cell.
fn crossbar(size: usize) -> String {
    let mut text = String::from("* passive crossbar\n");
    for row in 0..size {
        let _ = writeln!(text, "Vr{row} in_{row} 0 0.0{row}\nVc{row} o_{row} 0 0");
    }
    for row in 0..size {
        for column in 0..size {
            let left = if column == 0 {
                format!("in_{row}")
            } else {
                format!("r_{row}_{}", column - 1)
            };
            let below = if row + 1 == size {
                format!("o_{column}")
            } else {
                format!("c_{}_{column}", row + 1)
            };
            let _ = writeln!(
                text,
                "Rr{row}_{column} {left} r_{row}_{column} 1\nRc{row}_{column} c_{row}_{column} {below} 1\n\
                 Rm{row}_{column} r_{row}_{column} c_{row}_{column} {}.8693848",
                10_000 + (row * 7919 + column * 104_729) % 90_000
            );
        }
    }
    text.push_str(".options noacct\n.op\n.end\n");
    text
}

/// The largest memory of this process in MB, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<f64>()
        .ok()
        .map(|kilobytes| kilobytes / 1024.0)
}

#[test]
fn a_crossbar_of_256_by_256_is_read_quickly() {
    let text = crossbar(256);
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("crossbar.cir");
    std::fs::write(&path, &text).expect("write");
    let before = peak_memory();
    let start = Instant::now();
    let deck = Deck::read(&path).expect("deck");
    let read = start.elapsed();
    let circuit = deck.elaborate(&Overrides::default()).expect("circuit");
    let all = start.elapsed();
    println!(
        "{} bytes: read {read:?}, with elaboration {all:?}, peak memory {before:?} -> {:?} MB",
        text.len(),
        peak_memory()
    );
    assert_eq!(circuit.elements.len(), 3 * 256 * 256 + 2 * 256);
    assert_eq!(circuit.nodes.len(), 2 * 256 * 256 + 2 * 256 + 1);
    // Generous, for slow machines and unoptimised builds.
    assert!(all < Duration::from_secs(5), "{all:?}");
}
