use super::*;
use crate::batches::Batches;
use crate::digits;
use crate::run_log::Log;

/// A state of odd numbers, and its net.
fn state() -> (State, Net<f32>) {
    let settings = Settings {
        learning_rate: 0.1 + 0.2,
        hidden: vec![3, 2],
        seed: u64::MAX,
        ..Settings::default()
    };
    let net = settings.net(784, 10);
    let run = Run {
        settings,
        source: Some("a \"directory\"\nof two lines".into()),
        choice: Choice::default(),
        data: Fingerprint::of(&digits::dataset(3, 2, 1)),
    };
    let mut batches = Batches::new(3, 7, 5);
    batches.draw();
    let extent = Log::new("step,loss").extent();
    (State::new(run, 12, batches.state(), [extent; 2], None), net)
}

/// The bytes of a checkpoint.
fn file(state: &State, net: &[u8]) -> Vec<u8> {
    [state.to_lines(&[net]).as_bytes(), net].concat()
}

#[test]
fn comes_back_to_the_bit() {
    let (state, net) = state();
    let bytes = file(&state, &net.to_safetensors().unwrap());
    let (read, rest) = State::split(&bytes).unwrap();
    assert_eq!(read, state);
    assert_eq!(read.net::<f32>(rest, &net).unwrap(), (net, None));
}

#[test]
#[cfg(unix)]
fn names_that_are_no_text_come_back() {
    use std::os::unix::ffi::OsStringExt;
    let (mut state, _) = state();
    let name = std::ffi::OsString::from_vec(b"/data/mn\xffst".to_vec());
    for source in [Some(name.into()), None] {
        state.run.source = source;
        let bytes = file(&state, b"");
        assert_eq!(State::split(&bytes).unwrap().0, state);
    }
}

#[test]
fn every_changed_bit_and_every_cut_is_noticed() {
    let (state, net) = state();
    let bytes = file(&state, &net.to_safetensors().unwrap()[..40]);
    for end in 0..bytes.len() {
        State::split(&bytes[..end]).unwrap_err();
    }
    for at in 0..8 * bytes.len() {
        let mut changed = bytes.clone();
        changed[at / 8] ^= 1 << (at % 8);
        // JSON has several ways to write a number or a space, so what is read must be the same, if
        // anything is.
        if let Ok((read, rest)) = State::split(&changed) {
            assert_eq!((read, rest), (state.clone(), &bytes[bytes.len() - 40..]));
        }
    }
}

#[test]
fn what_is_no_checkpoint_is_told_why() {
    let (state, net) = state();
    let net = net.to_safetensors().unwrap();
    let bytes = file(&state, &net);
    let refused = |bytes: &[u8]| State::split(bytes).unwrap_err().to_string();
    assert_eq!(
        refused(b"abc"),
        "not a checkpoint: 3 bytes without the end of a line, expected a line of JSON first"
    );
    assert_eq!(
        refused(b"abc\n"),
        "not a checkpoint: its line 1 is not what `mnist` writes, from column 1 on"
    );
    let length = bytes.len() - bytes.iter().position(|&byte| byte == b'\n').unwrap() - 1;
    assert_eq!(
        refused(&bytes[..bytes.len() - 7]),
        format!(
            "the checkpoint is damaged: found {} bytes after its first line, expected {length}",
            length - 7
        )
    );
    let mut turned = bytes.clone();
    *turned.last_mut().unwrap() ^= 1;
    assert!(refused(&turned).starts_with("the checkpoint is damaged: found the CRC-32 "));
    let older = String::from_utf8_lossy(&bytes).replacen("\"version\":2", "\"version\":1", 1);
    assert_eq!(
        refused(older.as_bytes()),
        "a checkpoint of version 1, expected version 2"
    );
}

#[test]
fn settings_that_no_run_has_are_refused() {
    let (state, net) = state();
    let net = net.to_safetensors().unwrap();
    let refused = |from: &str, to: &str| {
        let lines = state.to_lines(&[&net]);
        let (_, line) = lines.split_once('\n').unwrap();
        let line = line.replace(from, to);
        let mut crc = Crc::new();
        crc.update(line.as_bytes());
        let seal = format!(
            "{{\"version\":2,\"bytes\":{},\"crc32\":{}}}\n",
            line.len(),
            crc.sum()
        );
        State::split((seal + &line).as_bytes())
            .unwrap_err()
            .to_string()
    };
    assert!(refused("relu", "step").starts_with("not a checkpoint: its line 2 is not what"));
    for unfit in [
        "\"batch\":0",
        "\"batch\":7,\"shards\":8",
        "\"batch\":7,\"shards\":0",
    ] {
        let refused = refused("\"batch\":100", unfit);
        assert!(refused.contains("a batch, a shard or a layer"), "{refused}");
    }
    let like = state.run.settings.net::<f32>(784, 10);
    let cut = state.net(&net[..net.len() - 1], &like);
    let cut = cut.unwrap_err().to_string();
    assert!(cut.starts_with("the net in the checkpoint: "), "{cut}");
    let settings = Settings {
        hidden: vec![3],
        ..Settings::default()
    };
    let other = settings.net::<f32>(784, 10);
    assert_eq!(
        state.net(&net, &other).unwrap_err().to_string(),
        "the net in the checkpoint has the sizes [784, 3, 2, 10], expected [784, 3, 10]"
    );
}

#[test]
fn another_data_set_has_another_fingerprint() {
    let of = |train, test, seed| Fingerprint::of(&digits::dataset(train, test, seed));
    assert_eq!(of(3, 2, 1), of(3, 2, 1));
    assert_ne!(of(3, 2, 1), of(3, 2, 2));
    assert_ne!(of(3, 2, 1), of(2, 3, 1));
}
