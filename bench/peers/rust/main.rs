// SPDX-License-Identifier: Apache-2.0
//! Crates at the work of speed.py, as serve.h has it for C.
//!
//! usage: serve_rust WORK VALUES EDGES|COMPRESSION|ACCURACY, or
//! serve_rust observe|observe_datasketches VALUES COMPRESSION COLUMNS THREADS
use std::hint::black_box;
use std::io::{self, BufRead};

/// Seconds of a clock of the system.
fn seconds(clock: libc::clockid_t) -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(clock, &mut now) };
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// Most memory this process has had.
fn peak_bytes() -> i64 {
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    usage.ru_maxrss * 1024
}

fn read(path: &str) -> Vec<f64> {
    let bytes = std::fs::read(path).expect("the file cannot be read");
    bytes.chunks_exact(8).map(|word| f64::from_le_bytes(word.try_into().unwrap())).collect()
}

/// Work is repeated until it has taken so many seconds.
const LEAST: f64 = 0.05;

/// Do the work for every line of input.
fn serve(who: &str, work: impl Fn() -> f64) {
    println!("{{\"who\":\"{who}\"}}");
    for _ in io::stdin().lock().lines() {
        let (wall, processor) =
            (seconds(libc::CLOCK_MONOTONIC), seconds(libc::CLOCK_PROCESS_CPUTIME_ID));
        let (mut answer, mut spent, mut times) = (0.0, 0.0, 0.0);
        while spent < LEAST {
            answer = black_box(work());
            spent = seconds(libc::CLOCK_PROCESS_CPUTIME_ID) - processor;
            times += 1.0;
        }
        let (spent, wall) = (spent / times, (seconds(libc::CLOCK_MONOTONIC) - wall) / times);
        println!(
            "{{\"seconds\":{spent:.9},\"wall\":{wall:.9},\"answer\":{answer:.9},\
             \"peak_bytes\":{}}}",
            peak_bytes()
        );
    }
}

/// Mean number of the cell a value lies in.
fn partition_point(values: &[f64], edges: &[f64]) -> f64 {
    let inner = &edges[1..edges.len() - 1];
    let mut counts = vec![0u64; edges.len() - 1];
    for value in values {
        counts[inner.partition_point(|edge| edge <= value)] += 1;
    }
    let sum: f64 = counts.iter().enumerate().map(|(k, &n)| k as f64 * n as f64).sum();
    sum / values.len() as f64
}

const OBSERVE_VALUES: usize = 4000000;
const OBSERVE_ROWS: usize = 512;

/// Rows as serve_observe.c has them, a digest for each column; each thread has its own.
fn observe<D>(rows: &[f64], columns: usize, make: impl Fn() -> D, add: impl Fn(&mut D, f64)) {
    let mut digests: Vec<D> = (0..columns).map(|_| make()).collect();
    for i in 1..=OBSERVE_VALUES / columns {
        let row = &rows[i % OBSERVE_ROWS * columns..][..columns];
        for (digest, &value) in digests.iter_mut().zip(row) {
            add(digest, value);
        }
    }
    black_box(&digests);
}

fn observe_by_threads(values: &[f64], crate_name: &str, compression: &str, more: &[String]) {
    let (columns, threads): (usize, usize) = (more[0].parse().unwrap(), more[1].parse().unwrap());
    let rows = &values[..OBSERVE_ROWS * columns];
    let one = || match crate_name {
        "tdigest" => observe(
            rows,
            columns,
            || tdigest::TDigest::new_with_size(compression.parse().unwrap()),
            |digest, value| digest.push(value),
        ),
        _ => observe(
            rows,
            columns,
            || datasketches::tdigest::TDigestMut::new(compression.parse().unwrap()).unwrap(),
            |digest, value| digest.update(value),
        ),
    };
    let who = match crate_name {
        "tdigest" => "Rust tdigest 1.0.1, one a column",
        _ => "Rust datasketches 0.6.0 t-digest, one a column",
    };
    serve(who, || {
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(one);
            }
            one();
        });
        (threads * (OBSERVE_VALUES / columns)) as f64
    });
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (work, values, last) = (arguments[1].as_str(), read(&arguments[2]), arguments[3].as_str());
    match work {
        "observe" => observe_by_threads(&values, "tdigest", last, &arguments[4..]),
        "observe_datasketches" => {
            observe_by_threads(&values, "datasketches", last, &arguments[4..])
        }
        "partition_point" => {
            let edges = read(last);
            serve("Rust std partition_point", || partition_point(&values, &edges));
        }
        "tdigest" => serve("Rust tdigest 1.0.1", || {
            let mut digest = tdigest::TDigest::new_with_size(last.parse().unwrap());
            for block in values.chunks(10000) {
                digest = digest.merge_unsorted(block.to_vec());
            }
            digest.estimate_quantile(0.9).unwrap()
        }),
        "tdigest_add" => serve("Rust tdigest 1.0.1", || {
            let mut digest = tdigest::TDigest::new_with_size(last.parse().unwrap());
            for &value in &values {
                digest.push(value);
            }
            digest.flush();
            digest.estimate_quantile(0.9).unwrap()
        }),
        "datasketches" => serve("Rust datasketches 0.6.0", || {
            let mut digest =
                datasketches::tdigest::TDigestMut::new(last.parse().unwrap()).unwrap();
            for &value in &values {
                digest.update(value);
            }
            digest.quantile(0.9).unwrap().unwrap()
        }),
        "ddsketch" => serve("Rust sketches-ddsketch 0.4.2 (no t-digest)", || {
            let accuracy = last.parse().unwrap();
            let config = sketches_ddsketch::Config::new(accuracy, 2048, 1e-9);
            let mut sketch = sketches_ddsketch::DDSketch::new(config);
            for &value in &values {
                sketch.add(value);
            }
            sketch.quantile(0.9).unwrap().unwrap()
        }),
        // It counts whole numbers: values are moved above 0 and scaled by 2^20.
        "hdrhistogram" => serve("Rust hdrhistogram 7.5.4 3 digits (no t-digest)", || {
            let (digits, moved, scale) = (last.parse().unwrap(), 16.0, 1048576.0);
            let mut counts =
                hdrhistogram::Histogram::<u64>::new_with_bounds(1, 1 << 25, digits).unwrap();
            for &value in &values {
                counts.record(((value + moved) * scale) as u64).unwrap();
            }
            counts.value_at_quantile(0.9) as f64 / scale - moved
        }),
        _ => panic!("unknown work"),
    }
}
