//! Numbers belong to cells: keys, order, size; and they are uniform and normal.

use ohmloom_devices::nonidealities::streams::{Key, Purpose, Streams, number_of_name};
use rand::Rng as _;

use crate::statistics::{assert_distributed, assert_moments, normal_cdf};

const KEY: Key = Key {
    seed: 7,
    purpose: Purpose::DeviceToDevice,
    occurrence: 0,
    repetition: 0,
    trial: 3,
    tile: 11,
};

#[test]
fn numbers_do_not_depend_on_the_order_of_visits() {
    let mut forward = Streams::new(&KEY);
    let cells: Vec<_> = (0..9)
        .flat_map(|row| (0..13).map(move |column| (row, column)))
        .collect();
    let expected: Vec<_> = cells.iter().map(|&(r, c)| forward.cell(r, c)).collect();
    let mut other = Streams::new(&KEY);
    for step in 0..cells.len() {
        let index = step * 50 % cells.len();
        let (row, column) = cells[index];
        assert_eq!(other.cell(row, column), expected[index]);
        // Twice the same cell, and from a fresh start.
        assert_eq!(other.cell(row, column), expected[index]);
        assert_eq!(Streams::new(&KEY).cell(row, column), expected[index]);
    }
}

#[test]
fn every_part_of_the_key_counts() {
    let keys = [
        KEY,
        Key { seed: 8, ..KEY },
        Key {
            purpose: Purpose::Stuck,
            ..KEY
        },
        Key {
            occurrence: 1,
            ..KEY
        },
        Key {
            repetition: 1,
            ..KEY
        },
        Key { trial: 4, ..KEY },
        Key { tile: 12, ..KEY },
        Key {
            trial: 11,
            tile: 3,
            ..KEY
        },
    ];
    let mut seen = Vec::new();
    for key in keys {
        let mut streams = Streams::new(&key);
        for (row, column) in [(0, 0), (0, 1), (1, 0), (2, 1), (1, 2)] {
            seen.push(streams.cell(row, column).uniform(0).to_bits());
            seen.push(streams.cell(row, column).uniform(1).to_bits());
        }
        for word in [
            streams.generator(0, 0).next_u64(),
            streams.generator(0, 1).next_u64(),
            streams.generator(1, 0).next_u64(),
            streams.tile_generator().next_u64(),
        ] {
            seen.push(word);
        }
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

#[test]
fn the_generator_is_chacha_with_eight_rounds() {
    // The words of a zero key and a zero stream, from a separate implementation of the cipher.
    let zero = Key {
        seed: 0,
        purpose: Purpose::DeviceToDevice,
        occurrence: 0,
        repetition: 0,
        trial: 0,
        tile: 0,
    };
    let mut key = [0_u32; 8];
    key[2] = Purpose::DeviceToDevice as u32;
    let mut streams = Streams::new(&zero);
    for (row, column) in [(0_u32, 0_u32), (3, 2), (5, 1000)] {
        let block = chacha8(key, u64::from(column), u64::from(row));
        let words = streams.cell(row as usize, column as usize);
        for (index, pair) in block.chunks_exact(2).enumerate() {
            let word = u64::from(pair[0]) | u64::from(pair[1]) << 32;
            let expected = ((word >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
            assert_eq!(words.uniform(index), expected);
        }
    }
}

/// One block of the cipher, straight from its definition.
fn chacha8(key: [u32; 8], counter: u64, nonce: u64) -> [u32; 16] {
    let mut start = [0; 16];
    start[..4].copy_from_slice(&[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]);
    start[4..12].copy_from_slice(&key);
    start[12] = counter as u32;
    start[13] = (counter >> 32) as u32;
    start[14] = nonce as u32;
    start[15] = (nonce >> 32) as u32;
    let mut x = start;
    for _ in 0..4 {
        for [a, b, c, d] in [
            [0, 4, 8, 12],
            [1, 5, 9, 13],
            [2, 6, 10, 14],
            [3, 7, 11, 15],
            [0, 5, 10, 15],
            [1, 6, 11, 12],
            [2, 7, 8, 13],
            [3, 4, 9, 14],
        ] {
            for (turn, other) in [(16, 12), (8, 7)] {
                x[a] = x[a].wrapping_add(x[b]);
                x[d] = (x[d] ^ x[a]).rotate_left(turn);
                x[c] = x[c].wrapping_add(x[d]);
                x[b] = (x[b] ^ x[c]).rotate_left(other);
            }
        }
    }
    std::array::from_fn(|k| x[k].wrapping_add(start[k]))
}

#[test]
fn numbers_are_uniform_normal_and_uncorrelated() {
    let mut streams = Streams::new(&KEY);
    let mut uniform = Vec::new();
    let mut normal = Vec::new();
    for row in 0..200 {
        for column in 0..250 {
            let words = streams.cell(row, column);
            uniform.push(words.uniform(1));
            normal.push(words.normal(0));
        }
    }
    assert!(uniform.iter().all(|&u| u > 0.0 && u < 1.0));
    assert_distributed(&uniform, |u| u);
    assert_distributed(&normal, normal_cdf);
    assert_moments(&normal, 0.0, 1.0);
    let bound = 5.0 / (normal.len() as f64).sqrt();
    for lag in [1, 2, 4, 250, 251] {
        let sum: f64 = normal.iter().zip(&normal[lag..]).map(|(a, b)| a * b).sum();
        assert!((sum / normal.len() as f64).abs() < bound);
    }
    let cross: f64 = uniform
        .iter()
        .zip(&normal)
        .map(|(u, z)| (u - 0.5) * z)
        .sum();
    assert!((cross / normal.len() as f64).abs() < bound);
}

/// Published values of the hash.
#[test]
fn names_have_numbers() {
    for (name, number) in [
        ("", 0xcbf2_9ce4_8422_2325),
        ("a", 0xaf63_dc4c_8601_ec8c),
        ("foobar", 0x8594_4171_f739_67e8),
    ] {
        assert_eq!(number_of_name(name), number);
    }
}
