//! A kernel in a tarball: one thread unpacks, one reads the members, the others scan.
//!
//! Only wanted texts outlive the stream. It is read a second time if a link leads to a file that went by before the link
//! did and was not kept, or if the top folder was guessed wrong; both are rare.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use flate2::bufread::MultiGzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};
use sha2::{Digest, Sha256};
use tar::{Archive, EntryType};

use super::gather::{self, Batch, Row, Scan};
use super::links::{self, Entry};
use super::progress::{Bar, Progress};
use super::{
    LARGEST, Origin, SRC, Selection, Tree, Want, check_kernel, is_kernel_makefile, join, too_large, unreadable,
};
use crate::diagnostic::{Diagnostic, Label, Result, Sink};

#[derive(Debug)]
pub(super) struct Tarball {
    path: PathBuf,
    name: String,
    size: u64,
    format: Format,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Plain,
    Gzip,
    Xz,
}

type Member<'a> = tar::Entry<'a, Unpacked>;

impl Tarball {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let fail = |cause: io::Error| unreadable(path, &cause);
        let mut file = fs::File::open(path).map_err(fail)?;
        let size = file.metadata().map_err(fail)?.len();
        let mut head = Vec::new();
        file.by_ref().take(512).read_to_end(&mut head).map_err(fail)?;
        let name = path.display().to_string();
        let format = match &head[..] {
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Ok(Format::Xz),
            [0x1f, 0x8b, ..] => Ok(Format::Gzip),
            _ if head.get(257..262) == Some(b"ustar") => Ok(Format::Plain),
            [b'B', b'Z', b'h', ..] => Err("is a bzip2 file, which is not supported"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Err("is a zstd file, which is not supported"),
            [b'P', b'K', 3..=8, ..] => Err("is a zip file, which is not supported"),
            [] => Err("is empty"),
            _ => Err("is no tarball"),
        };
        match format {
            Ok(format) => Ok(Tarball { path: path.to_path_buf(), name, size, format }),
            Err(trouble) => {
                let error = Diagnostic::error("unsupported-archive", format!("`{name}` {trouble}"));
                let help = "pack it as `.tar`, `.tar.gz` or `.tar.xz`, or unpack it and name the directory";
                Err(Box::new(error.at(Label::file(name)).help(help)))
            }
        }
    }

    pub(super) fn read<T: Send + Sync>(
        &self,
        selection: &Selection,
        scan: Scan<T>,
        progress: &Progress,
        sink: &Sink,
    ) -> Result<Tree<T>> {
        let (mut rows, mut seen, mut sha256) = self.pass(None, selection, scan, progress)?;
        let mut kernels = seen.kernels.iter();
        let top = match (kernels.next(), kernels.next()) {
            // In order, so this is the kernel without a top folder if there is one.
            (Some(one), Some(another)) if !one.is_empty() => {
                let message = format!("`{}` holds more than one kernel: `{one}` and `{another}`", self.name);
                return Err(Box::new(Diagnostic::error("not-a-kernel", message).help(SRC)));
            }
            (one, _) => one.cloned(),
        };
        if top.is_some() && top != seen.top {
            (rows, seen, sha256) = self.pass(top.clone(), selection, scan, progress)?;
        }
        let Seen { members, aside: mut texts, .. } = seen;
        let look = |path: &str| links::look_up(&members, path, Option::as_ref);
        let headers = ["arch", "include/uapi"].iter().any(|path| look(path) == Entry::Directory);
        check_kernel(&self.name, top.is_some(), headers)?;

        let mut reached = BTreeMap::new();
        let mut wanted = Vec::new();
        for (link, target) in members.iter().filter_map(|(path, target)| Some((path, target.as_ref()?))) {
            let want = selection.of(link);
            if want != Want::No {
                wanted.extend(links::follow(link, look, sink).map(|real| (link.clone(), want, real)));
            }
            if selection.reaches(link) {
                reached.insert(link.clone(), target.clone());
            }
        }
        let mut tree = Tree::new(rows, reached, Origin::Tarball { sha256 });
        let mut missed = HashSet::new();
        for (_, _, real) in &wanted {
            match tree.kept.get(real.as_str()) {
                _ if texts.contains_key(real) => {}
                // Without that character the text is just what the file was.
                Some(kept) if !kept.text.contains(char::REPLACEMENT_CHARACTER) => {
                    texts.insert(real.clone(), kept.text.as_bytes().to_vec());
                }
                _ => drop(missed.insert(real.as_str())),
            }
        }
        if !missed.is_empty() {
            texts.extend(self.pick(&missed, top.as_deref().unwrap_or(""), progress)?);
        }
        for (link, want, real) in &wanted {
            if let Some(text) = texts.get(real) {
                tree.insert(Row::new(link.clone(), 0, *want, text, scan));
            }
        }
        Ok(tree)
    }

    /// Reads all members once.
    fn pass<T: Send + Sync>(
        &self,
        top: Option<String>,
        selection: &Selection,
        scan: Scan<T>,
        progress: &Progress,
    ) -> Result<(Vec<Row<T>>, Seen, String)> {
        let bar = progress.bytes(&self.name, self.size);
        thread::scope(|scope| {
            let (sender, batches) = gather::channel();
            let bar = &bar;
            let reader = scope.spawn(move || -> Result<(Seen, String)> {
                let mut seen = Seen { top, ..Seen::default() };
                let mut batch = Batch::default();
                let sha256 = self.members(bar, &mut |member| {
                    self.see(member, &mut seen, selection, &mut batch)?;
                    sender.send_if_full(&mut batch)
                })?;
                sender.send(&mut batch)?;
                Ok((seen, sha256))
            });
            let rows = gather::gather(batches, scan);
            let (seen, sha256) = join(reader)?;
            Ok((rows, seen, sha256))
        })
    }

    /// Takes note of one member, and reads it if it is wanted.
    fn see(&self, member: &mut Member, seen: &mut Seen, selection: &Selection, batch: &mut Batch) -> Result<()> {
        let Some(name) = normal(&member.path_bytes()) else { return Ok(()) };
        let kind = member.header().entry_type();
        let top = seen.top.get_or_insert_with(|| guess_top(&name, kind));
        let path = name.strip_prefix(top.as_str());

        if kind.is_symlink() || kind.is_hard_link() {
            let Some((path, target)) = path.zip(member.link_name_bytes()) else { return Ok(()) };
            let target = if kind.is_symlink() {
                String::from_utf8_lossy(&target).into_owned()
            } else {
                // A hard link names its target from the top of the tarball: as a symbolic link would from here.
                let target = normal(&target).and_then(|target| Some(target.strip_prefix(top.as_str())?.to_string()));
                target.map_or("/".to_string(), |target| "../".repeat(path.matches('/').count()) + &target)
            };
            seen.members.insert(path.into(), Some(target.into()));
            if selection.of(path) != Want::No {
                let look = |path: &str| match seen.members.get(path) {
                    Some(Some(target)) => Entry::Link(target.to_string()),
                    _ => Entry::Directory,
                };
                seen.expected.extend(links::resolve(path, look).ok());
            }
        } else if is_file(kind) {
            let want = path.map_or(Want::No, |path| selection.of(path));
            let is_expected = path.is_some_and(|path| seen.expected.contains(path));
            let top_makefile = top_makefile(&name);
            let start = batch.bytes.len();
            if want != Want::No || is_expected || top_makefile.is_some() {
                self.read_member(&name, member, &mut batch.bytes)?;
            }
            let bytes = &batch.bytes[start..];
            if let Some(folder) = top_makefile.filter(|_| is_kernel_makefile(bytes)) {
                seen.kernels.insert(folder.to_string());
            }
            let Some(path) = path else {
                batch.bytes.truncate(start);
                return Ok(());
            };
            if is_expected {
                seen.aside.insert(path.to_string(), bytes.to_vec());
            }
            let path: Arc<str> = path.into();
            if want == Want::No {
                batch.bytes.truncate(start);
            } else {
                batch.add(path.clone(), seen.files, want, start);
                seen.files += 1;
            }
            seen.members.insert(path, None);
        }
        Ok(())
    }

    /// Reads these files, in a pass of their own.
    fn pick(&self, paths: &HashSet<&str>, top: &str, progress: &Progress) -> Result<HashMap<String, Vec<u8>>> {
        let bar = progress.bytes(&self.name, self.size);
        let mut texts = HashMap::new();
        self.members(&bar, &mut |member| {
            let name = normal(&member.path_bytes()).unwrap_or_default();
            let path = name.strip_prefix(top).filter(|path| paths.contains(path));
            if let Some(path) = path.filter(|_| is_file(member.header().entry_type())) {
                let mut bytes = Vec::new();
                self.read_member(&name, member, &mut bytes)?;
                texts.insert(path.to_string(), bytes);
            }
            Ok(())
        })?;
        Ok(texts)
    }

    /// Appends the bytes of a member. Memory is taken as bytes come, not as the header says.
    fn read_member(&self, name: &str, member: &mut Member, bytes: &mut Vec<u8>) -> Result<()> {
        let size = member.size();
        if size > LARGEST {
            return Err(too_large(name, &self.name));
        }
        let read = member.read_to_end(bytes).map_err(|cause| self.damaged(&cause))?;
        if read as u64 == size { Ok(()) } else { Err(self.damaged(&io::ErrorKind::UnexpectedEof.into())) }
    }

    /// Unpacks the whole file and shows each member. Gives the digest of the file.
    fn members(&self, bar: &Bar, visit: &mut dyn FnMut(&mut Member) -> Result<()>) -> Result<String> {
        thread::scope(|scope| {
            let (sender, chunks) = sync_channel(4);
            let unpack = scope.spawn(|| self.unpack(bar, sender));
            let visited = self.visit_all(Unpacked { chunks, chunk: Vec::new(), at: 0 }, visit);
            // If unpacking failed, that is why the members ended.
            let sha256 = join(unpack).map_err(|cause| self.damaged(&cause))?;
            visited.map(|()| sha256)
        })
    }

    fn visit_all(&self, unpacked: Unpacked, visit: &mut dyn FnMut(&mut Member) -> Result<()>) -> Result<()> {
        let fail = |cause: io::Error| self.damaged(&cause);
        let mut archive = Archive::new(unpacked);
        for member in archive.entries().map_err(fail)? {
            visit(&mut member.map_err(fail)?)?;
        }
        // What is left is padding, but it counts for the digest and may still be damaged.
        archive.into_inner().chunks.iter().for_each(drop);
        Ok(())
    }

    fn unpack(&self, bar: &Bar, sender: SyncSender<Vec<u8>>) -> io::Result<String> {
        const CHUNK: usize = 256 << 10;
        let mut packed = Packed { file: fs::File::open(&self.path)?, sha256: Sha256::new(), bar };
        let input = BufReader::with_capacity(128 << 10, &mut packed);
        let mut output: Box<dyn Read> = match self.format {
            Format::Plain => Box::new(input),
            Format::Gzip => Box::new(MultiGzDecoder::new(input)),
            Format::Xz => Box::new(XzDecoder::new_stream(input, xz()?)),
        };
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            output.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
            // Nobody listens: the reader of the members has failed, and says why.
            if chunk.is_empty() || sender.send(chunk).is_err() {
                break;
            }
        }
        drop(output);
        Ok(packed.sha256.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn damaged(&self, cause: &io::Error) -> Box<Diagnostic> {
        let cause = match cause.kind() {
            io::ErrorKind::UnexpectedEof => "it is cut short".to_string(),
            _ => cause.to_string(),
        };
        let test = match self.format {
            Format::Plain => "tar -tf",
            Format::Gzip => "gzip -t",
            Format::Xz => "xz -t",
        };
        let message = format!("cannot read `{}` as a tarball: {cause}", self.name);
        let help = format!("`{test} {}` tests it; if it is damaged, fetch it again", self.name);
        Box::new(Diagnostic::error("damaged-tarball", message).at(Label::file(self.name.as_str())).help(help))
    }
}

/// What the thread that reads the members takes note of.
#[derive(Default)]
struct Seen {
    /// The folder that holds the kernel, with its slash; empty if the tarball has none.
    top: Option<String>,
    /// Folders in which a kernel's `Makefile` was seen.
    kernels: BTreeSet<String>,
    /// How many wanted files went by.
    files: usize,
    /// All files and links below `top`: none for a file, its target for a link.
    members: BTreeMap<Arc<str>, Option<Arc<str>>>,
    /// Where wanted links lead, as far as that was known when they went by.
    expected: HashSet<String>,
    /// Texts of expected files that went by later.
    aside: HashMap<String, Vec<u8>>,
}

/// A decoder for one or more streams, as `xz` itself reads them. On two processors, liblzma's decoder with threads takes
/// a fifth less time for twice the memory: it holds whole blocks.
fn xz() -> io::Result<Stream> {
    const MEMORY: u64 = 512 << 20;
    Ok(Stream::new_stream_decoder(MEMORY, CONCATENATED)?)
}

/// The folders at the top of a kernel, as far as one can be the first member of a tarball without a top folder.
const FOLDERS: [&str; 24] = [
    "Documentation",
    "LICENSES",
    "arch",
    "block",
    "certs",
    "crypto",
    "drivers",
    "firmware",
    "fs",
    "include",
    "init",
    "io_uring",
    "ipc",
    "kernel",
    "lib",
    "mm",
    "net",
    "rust",
    "samples",
    "scripts",
    "security",
    "sound",
    "tools",
    "usr",
];

/// The top folder with its slash, from the first member; whether it is right shows when the `Makefile` goes by.
fn guess_top(name: &str, kind: EntryType) -> String {
    let (folder, is_folder) = name.split_once('/').map_or((name, kind.is_dir()), |(folder, _)| (folder, true));
    if is_folder && !FOLDERS.contains(&folder) { format!("{folder}/") } else { String::new() }
}

/// The folder, with its slash, of a `Makefile` that stands at the top or one below.
fn top_makefile(name: &str) -> Option<&str> {
    let folder = name.strip_suffix("Makefile")?;
    (folder.is_empty() || folder.find('/') == Some(folder.len() - 1)).then_some(folder)
}

/// The name of a member without `./` and empty parts; none if it is not UTF-8, nothing, or leads out.
fn normal(name: &[u8]) -> Option<String> {
    let parts: Vec<&str> =
        std::str::from_utf8(name).ok()?.split('/').filter(|part| !["", "."].contains(part)).collect();
    (!parts.is_empty() && !parts.contains(&"..")).then(|| parts.join("/"))
}

fn is_file(kind: EntryType) -> bool {
    kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()
}

/// The compressed file; what is read is digested.
struct Packed<'a> {
    file: fs::File,
    sha256: Sha256,
    bar: &'a Bar,
}

impl Read for Packed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.file.read(buffer)?;
        self.sha256.update(&buffer[..size]);
        self.bar.add(size);
        Ok(size)
    }
}

/// What the unpacking thread sends, as one stream.
struct Unpacked {
    chunks: Receiver<Vec<u8>>,
    chunk: Vec<u8>,
    at: usize,
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() {
            self.at = 0;
            // A whole tarball says where it ends, and is not read beyond that.
            self.chunk = self.chunks.recv().map_err(|_| io::ErrorKind::UnexpectedEof)?;
        }
        let size = buffer.len().min(self.chunk.len() - self.at);
        buffer[..size].copy_from_slice(&self.chunk[self.at..self.at + size]);
        self.at += size;
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;
    use liblzma::write::XzEncoder;
    use tar::{Builder, Header};

    use super::super::Kernel;
    use super::super::tests::{MAKEFILE, Planted, error_of, read, show};
    use super::*;

    /// All of a planted tree, in order of path, each path after `top`.
    fn pack(planted: &Planted, top: &str) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        builder.follow_symlinks(false);
        for entry in walkdir::WalkDir::new(planted.path("")).sort_by_file_name() {
            let entry = entry.unwrap();
            let path = entry.path().strip_prefix(planted.path("")).unwrap().to_str().unwrap();
            if !path.is_empty() || !top.is_empty() {
                builder.append_path_with_name(entry.path(), format!("{top}{path}")).unwrap();
            }
        }
        builder.into_inner().unwrap()
    }

    fn regular(name: &str, text: &str) -> (Header, String, String) {
        let mut header = Header::new_gnu();
        header.set_size(text.len() as u64);
        (header, name.to_string(), text.to_string())
    }

    fn link(kind: EntryType, name: &str, target: &str) -> (Header, String, String) {
        let (mut header, name, text) = regular(name, "");
        header.set_entry_type(kind);
        header.set_link_name(target).unwrap();
        (header, name, text)
    }

    fn pack_members(members: &[(Header, String, String)]) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (header, name, text) in members {
            builder.append_data(&mut header.clone(), name, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn xz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = XzEncoder::new(Vec::new(), 0);
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn shown(bytes: &[u8]) -> String {
        show(&read(&Planted::empty().file("k.tar", bytes).spec("k.tar")).unwrap())
    }

    fn error(bytes: &[u8]) -> Box<Diagnostic> {
        let planted = Planted::empty().file("k.tar", bytes);
        let error = error_of(&planted.spec("k.tar"));
        assert!(error.message.contains("k.tar"), "{error}");
        error
    }

    #[test]
    fn a_tarball_gives_the_same_tree_as_its_directory() {
        let planted = Planted::rich();
        let expected = show(&read(&planted.spec("")).unwrap());
        for top in ["linux-6.12/", "./", "./linux-source-6.12/", ""] {
            assert_eq!(shown(&pack(&planted, top)), expected, "{top}");
        }
        let packed = pack(&planted, "linux/");
        let (one, two) = packed.split_at(packed.len() / 2);
        for whole in [gzip(&packed), xz(&packed), [gzip(one), gzip(two)].concat(), [xz(one), xz(two)].concat()] {
            assert_eq!(shown(&whole), expected);
        }
    }

    #[test]
    fn a_tarball_is_told_by_its_digest() {
        let packed = xz(&pack(&Planted::kernel(), "linux/"));
        let planted = Planted::empty().file("linux-6.12.tar.xz", &packed);
        let kernel = Kernel::open(&planted.spec("linux-6.12.tar.xz")).unwrap();
        assert_eq!(kernel.describe(), "linux-6.12.tar.xz");
        let sha256 = Sha256::digest(&packed).iter().map(|byte| format!("{byte:02x}")).collect();
        let (tree, _) = read(&planted.spec("linux-6.12.tar.xz")).unwrap();
        assert_eq!(tree.origin, Origin::Tarball { sha256 });
    }

    #[test]
    fn the_top_folder_shows_in_the_end() {
        let file = |name: &str| regular(name, "text\n");
        let makefile = |name: &str| regular(name, MAKEFILE);
        let header = "include/uapi/a.h";
        let expected = shown(&pack_members(&[makefile("Makefile"), file(header)]));
        for members in [
            // Looks like a folder of a kernel, and holds one.
            vec![file("kernel/include/uapi/a.h"), makefile("kernel/Makefile")],
            // Looks like a top folder, and is none.
            vec![file("unheard-of/x"), file(header), makefile("Makefile")],
            // Debris before the top folder.
            vec![file("._linux"), file("linux/include/uapi/a.h"), makefile("linux/Makefile")],
            // A kernel within a kernel.
            vec![file(header), makefile("Makefile"), makefile("old/Makefile")],
        ] {
            assert_eq!(shown(&pack_members(&members)), expected);
        }
        let two = error(&pack_members(&[makefile("a/Makefile"), makefile("b/Makefile"), file("a/arch/x")]));
        assert_eq!(two.code, "not-a-kernel");
        assert!(two.message.contains("`a/` and `b/`"), "{two}");
    }

    #[test]
    fn hard_links_and_repeated_members_are_as_when_unpacked() {
        let (makefile, arch) = (regular("k/Makefile", MAKEFILE), regular("k/arch/Kconfig", ""));
        let packed = pack_members(&[
            makefile,
            arch,
            regular("k/fs/a.c", "SYSCALL(a)"),
            regular("k/include/a.h", "old"),
            link(EntryType::Link, "k/kernel/sub/b.c", "k/fs/a.c"),
            link(EntryType::Link, "k/include/out.h", "elsewhere/a.h"),
            link(EntryType::Symlink, "k/include/b.h", "a.h"),
            regular("k/include/a.h", "new"),
            regular("k/include/a.h", "newest"),
        ]);
        let (tree, said) = read(&Planted::empty().file("k.tar", packed).spec("k.tar")).unwrap();
        let scanned: Vec<_> = tree.scanned.iter().map(|(path, found)| format!("{path}={found}")).collect();
        assert_eq!(scanned, ["fs/a.c=fs/a.c(a)", "kernel/sub/b.c=kernel/sub/b.c(a)"]);
        let kept: Vec<_> = tree.texts().map(|text| format!("{}={}", text.path, text.text)).skip(1).collect();
        assert_eq!(kept, ["include/a.h=newest", "include/b.h=newest"]);
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].code, "link-outside");
    }

    #[test]
    fn names_are_made_plain() {
        let plain = |name: &str| normal(name.as_bytes());
        assert_eq!(plain("./linux//fs/./open.c"), Some("linux/fs/open.c".into()));
        assert_eq!(plain("/linux/"), Some("linux".into()));
        assert_eq!(plain("./"), None);
        assert_eq!(plain("linux/../up.h"), None);
        assert_eq!(normal(b"linux/\xff.h"), None);
        assert_eq!(top_makefile("Makefile"), Some(""));
        assert_eq!(top_makefile("linux/Makefile"), Some("linux/"));
        assert_eq!(["linux/fs/Makefile", "GNUMakefile", "linux/GNUMakefile"].map(top_makefile), [None; 3]);
    }

    #[test]
    fn what_is_damaged() {
        let packed = pack(&Planted::rich(), "linux/");
        let (gzipped, xzipped) = (gzip(&packed), xz(&packed));
        let cut = |bytes: &[u8]| error(&bytes[..bytes.len() * 2 / 3]);
        for error in [cut(&packed), cut(&gzipped), cut(&xzipped), error(&packed[..packed.len() - 1024])] {
            assert_eq!(error.code, "damaged-tarball");
            assert!(error.message.ends_with("it is cut short"), "{error}");
        }
        for mut whole in [packed, gzipped, xzipped] {
            let middle = whole.len() / 2;
            whole[middle & !511..][..64].fill(0xa5);
            let damaged = Planted::empty().file("k.tar", &whole);
            // A plain tarball has no checksum over the texts.
            if let Err(error) = read(&damaged.spec("k.tar")) {
                assert_eq!(error.code, "damaged-tarball", "{error}");
            }
        }
        assert_eq!(error(&gzip(b"no tarball at all")).code, "damaged-tarball");
        assert_eq!(error(&gzip(&[b'x'; 4096])).code, "damaged-tarball");
        assert_eq!(error(&gzip(b"")).code, "damaged-tarball");
    }

    #[test]
    fn a_claim_is_not_believed() {
        for (claimed, code) in [(LARGEST + 1, "file-too-large"), (LARGEST - 1, "damaged-tarball")] {
            let (mut header, ..) = regular("linux/Makefile", "");
            header.set_path("linux/Makefile").unwrap();
            header.set_size(claimed);
            header.set_cksum();
            let packed = [header.as_bytes(), &[b' '; 2048][..]].concat();
            let planted = Planted::empty().file("k.tar", &packed);
            assert_eq!(read(&planted.spec("k.tar")).map(drop).unwrap_err().code, code);
        }
    }

    #[test]
    fn what_is_no_tarball() {
        let zip = [b"PK\x03\x04".as_slice(), &[0; 600]].concat();
        for bytes in [b"BZh91AY".as_slice(), &[0x28, 0xb5, 0x2f, 0xfd, 0], &zip, b"", b"#!/bin/sh\n"] {
            assert_eq!(error(bytes).code, "unsupported-archive");
        }
        assert!(error(b"BZh9").message.contains("bzip2"));
        assert_eq!(error(&pack(&Planted::empty().file("a/README", ""), "")).code, "not-a-kernel");
        assert_eq!(error(&pack_members(&[regular("k/Makefile", MAKEFILE)])).code, "not-a-kernel");
    }
}
