//! The SQLite VFS. All unsafe code of the project stands in this file.
//!
//! SQLite speaks to a disk through two tables of C functions. Ours hand every call on to the ordinary unix VFS; those that change something
//! are noted in the log, and fail where a fault says so. What makes the unsafe code sound:
//! - SQLite allocates `szOsFile` bytes for each open file, aligned for any type, and zeroes them; we ask for [`Shim`] and the real file behind it;
//! - SQLite calls a file's functions only between its `xOpen` that succeeded and its `xClose`;
//! - the table, its name and the shared state are leaked, so pointers into them are good for ever, and state is behind a mutex;
//! - no function here can panic: a panic must not leave a C function.

#![allow(unsafe_code, reason = "a SQLite VFS is a table of C functions; this file is the one place for it")]

use crate::fault::{Armed, Call, Fault, Kind};
use crate::log::{By, Event};
use rusqlite::ffi;
use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// As [`crate::Platter`] has it.
const SECTOR: c_int = 512;

/// A disk of a test's own: a VFS with a name of its own, for as long as this lives.
pub struct Disk {
    name: String,
    table: *mut ffi::sqlite3_vfs,
    shared: &'static Shared,
}

struct Shared {
    real: *mut ffi::sqlite3_vfs,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    log: Vec<Event>,
    names: HashMap<PathBuf, u64>,
    files: u64,
    armed: Armed,
}

/// One open file: what SQLite sees, and the real one behind it.
#[repr(C)]
struct Shim {
    base: ffi::sqlite3_file,
    shared: *const Shared,
    /// Its number in the log; 0 for a file without a name, which is not logged.
    number: u64,
    /// Its whole name, kept by SQLite for as long as the file is open; null for none.
    name: *const c_char,
}

// SAFETY: the real VFS is SQLite's, made once and never changed; everything else is behind the mutex.
unsafe impl Sync for Shared {}
// SAFETY: as above; SQLite calls a VFS from any thread.
unsafe impl Send for Shared {}
// SAFETY: the table is only handed to SQLite, which guards its list of tables itself.
unsafe impl Send for Disk {}
// SAFETY: as above; through a shared reference only the state behind the mutex is reached.
unsafe impl Sync for Disk {}

impl Disk {
    /// Puts a new disk beside the ordinary one.
    #[allow(clippy::new_without_default, reason = "it registers something")]
    pub fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("disk-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        watch_directories();
        // The name has no NUL in it.
        let leaked = CString::new(name.as_str()).unwrap_or_default().into_raw();
        // SAFETY: null asks for the default VFS, which the unix build always has; it lives as long as the process.
        let real = unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) };
        let shared: &'static Shared = Box::leak(Box::new(Shared { real, state: Mutex::default() }));
        // SAFETY: `real` was just found. Only xOpen and xDelete of the unix VFS look at the table they are called with; all others may be copied.
        let mut table = unsafe { *real };
        table.iVersion = 2;
        table.szOsFile += size_of::<Shim>() as c_int;
        table.pNext = std::ptr::null_mut();
        table.zName = leaked;
        table.pAppData = std::ptr::from_ref(shared).cast_mut().cast();
        table.xOpen = Some(open);
        table.xDelete = Some(delete);
        let table = Box::leak(Box::new(table));
        // SAFETY: the table is whole and is never freed.
        unsafe { ffi::sqlite3_vfs_register(table, 0) };
        Self { name, table, shared }
    }

    /// As `sqlite3_open_v2` takes it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How much was logged so far.
    pub fn position(&self) -> usize {
        self.shared.state().log.len()
    }

    /// Everything that was logged so far.
    pub fn log(&self) -> Vec<Event> {
        self.shared.state().log.clone()
    }

    /// The program above SQLite has put the names of this disk's folder on the disk.
    pub fn note_folder_sync(&self) {
        self.shared.state().log.push(Event::SyncFolder { by: By::Program });
    }

    /// From now on calls are counted, and this happens to them.
    pub fn arm(&self, fault: Fault) {
        self.shared.state().armed = Armed::with(Some(fault));
    }

    /// Nothing fails any more.
    pub fn mend(&self) {
        self.shared.state().armed.fault = None;
    }

    /// How many calls have failed since the disk was armed.
    pub fn failed(&self) -> u64 {
        self.shared.state().armed.failed
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // SAFETY: it was registered by `new`, and every connection through it is closed by now; the table itself stays.
        unsafe { ffi::sqlite3_vfs_unregister(self.table) };
        *self.shared.state() = State::default();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The number of the file with this name, which is made unless it `exists`.
    fn enter(&mut self, path: &Path, exists: bool) -> u64 {
        if let Some(number) = self.names.get(path).filter(|_| exists) {
            return *number;
        }
        self.files += 1;
        self.names.insert(path.to_owned(), self.files);
        let (path, file) = (path.to_owned(), self.files);
        self.log.push(match exists {
            true => Event::Found { bytes: std::fs::read(&path).unwrap_or_default().into(), path, file },
            false => Event::Create { path, file },
        });
        self.files
    }

    fn note_folder_if_synced(&mut self) {
        if OPENED.replace(false) {
            self.log.push(Event::SyncFolder { by: By::Sqlite });
        }
    }
}

/// SQLite's error for a call that fails like this.
fn code(call: Call, kind: Kind) -> c_int {
    match (kind, call) {
        (Kind::Full, Call::Write) => ffi::SQLITE_FULL,
        (_, Call::Open) => ffi::SQLITE_CANTOPEN,
        (_, Call::Read) => ffi::SQLITE_IOERR_READ,
        (Kind::Device | Kind::Gone, Call::Write) => ffi::SQLITE_IOERR_WRITE,
        (_, Call::Sync) => ffi::SQLITE_IOERR_FSYNC,
        (_, Call::Truncate) => ffi::SQLITE_IOERR_TRUNCATE,
        (_, Call::Delete) => ffi::SQLITE_IOERR_DELETE,
        (Kind::Device | Kind::Gone, Call::Map) => ffi::SQLITE_IOERR_SHMMAP,
        (Kind::Full, Call::Map) => ffi::SQLITE_IOERR_SHMSIZE,
        (_, Call::Lock) => ffi::SQLITE_IOERR_SHMLOCK,
    }
}

// --- Directories: the unix VFS syncs them without asking the VFS, through a function that may be replaced. ---

type OpenDirectory = unsafe extern "C" fn(*const c_char, *mut c_int) -> c_int;
static ORDINARY: OnceLock<Option<OpenDirectory>> = OnceLock::new();

thread_local! {
    /// Whether the unix VFS opened a directory on this thread, which it does for nothing but to sync it.
    static OPENED: Cell<bool> = const { Cell::new(false) };
}

fn watch_directories() {
    ORDINARY.get_or_init(|| {
        let name = c"openDirectory".as_ptr();
        // SAFETY: the default VFS is the unix one, whose table has these functions. SQLite keeps this function under a general type and calls
        // it with these arguments; nothing else replaces it.
        unsafe {
            let real = ffi::sqlite3_vfs_find(std::ptr::null());
            let ordinary = (*real).xGetSystemCall?(real, name)?;
            let watching: unsafe extern "C" fn() = std::mem::transmute::<OpenDirectory, _>(open_directory);
            (*real).xSetSystemCall?(real, name, Some(watching));
            Some(std::mem::transmute::<unsafe extern "C" fn(), OpenDirectory>(ordinary))
        }
    });
}

unsafe extern "C" fn open_directory(path: *const c_char, descriptor: *mut c_int) -> c_int {
    let Some(Some(ordinary)) = ORDINARY.get() else { return ffi::SQLITE_CANTOPEN };
    // SAFETY: the arguments are SQLite's own.
    let opened = unsafe { ordinary(path, descriptor) };
    if opened == ffi::SQLITE_OK {
        OPENED.set(true);
    }
    opened
}

// --- The table of the VFS. ---

/// SAFETY: `table` is one of ours, so its application data is a leaked [`Shared`].
unsafe fn shared_of(table: *mut ffi::sqlite3_vfs) -> &'static Shared {
    unsafe { &*(*table).pAppData.cast::<Shared>() }
}

/// SAFETY: `name` is a C string or null.
unsafe fn path_of(name: *const c_char) -> Option<PathBuf> {
    (!name.is_null()).then(|| PathBuf::from(OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes())))
}

unsafe extern "C" fn open(
    table: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands us our table, a name or null, and room for `szOsFile` bytes.
    unsafe {
        let shared = shared_of(table);
        let shim = file.cast::<Shim>();
        (*file).pMethods = std::ptr::null();
        let path = path_of(name);
        let mut state = shared.state();
        if let Some(kind) = path.as_deref().and_then(|path| state.armed.meets(Call::Open, &path.to_string_lossy())) {
            return code(Call::Open, kind);
        }
        let existed = path.as_deref().is_some_and(Path::exists);
        let Some(real_open) = (*shared.real).xOpen else { return ffi::SQLITE_CANTOPEN };
        let opened = real_open(shared.real, name, real_of(file), flags, out_flags);
        if opened == ffi::SQLITE_OK {
            (*shim).shared = shared;
            (*shim).name = name;
            (*shim).number = path.map_or(0, |path| state.enter(&path, existed));
            (*file).pMethods = &METHODS;
        }
        opened
    }
}

unsafe extern "C" fn delete(table: *mut ffi::sqlite3_vfs, name: *const c_char, sync_directory: c_int) -> c_int {
    // SAFETY: SQLite hands us our table and a name.
    unsafe {
        let shared = shared_of(table);
        let path = path_of(name).unwrap_or_default();
        let mut state = shared.state();
        if let Some(kind) = state.armed.meets(Call::Delete, &path.to_string_lossy()) {
            return code(Call::Delete, kind);
        }
        let Some(real_delete) = (*shared.real).xDelete else { return ffi::SQLITE_IOERR_DELETE };
        OPENED.set(false);
        let deleted = real_delete(shared.real, name, sync_directory);
        if deleted == ffi::SQLITE_OK {
            state.names.remove(&path);
            state.log.push(Event::Delete { path });
            state.note_folder_if_synced();
        }
        deleted
    }
}

// --- The table of a file. ---

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // Two, not three: without xFetch SQLite reads and writes, and maps nothing into memory past us.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// SAFETY: `file` is one of ours, with the real file behind the shim.
unsafe fn real_of(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    unsafe { file.byte_add(size_of::<Shim>()) }
}

/// Hands a call on to the real file as it is.
macro_rules! hand_on {
    ($($name:ident = $method:ident($($argument:ident: $kind:ty),*);)+) => {$(
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $kind)*) -> c_int {
            // SAFETY: `file` is open, so the real file behind it is, with its functions; the arguments are SQLite's own.
            unsafe {
                let real = real_of(file);
                match (*(*real).pMethods).$method {
                    Some(method) => method(real $(, $argument)*),
                    None => ffi::SQLITE_IOERR,
                }
            }
        }
    )+};
}

hand_on! {
    close = xClose();
    file_size = xFileSize(size: *mut i64);
    lock = xLock(level: c_int);
    unlock = xUnlock(level: c_int);
    check_reserved_lock = xCheckReservedLock(out: *mut c_int);
    file_control = xFileControl(operation: c_int, argument: *mut c_void);
    sector_size = xSectorSize();
    device_characteristics = xDeviceCharacteristics();
    real_shm_map = xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void);
    real_shm_lock = xShmLock(offset: c_int, count: c_int, flags: c_int);
    shm_unmap = xShmUnmap(delete: c_int);
    real_read = xRead(into: *mut c_void, amount: c_int, offset: i64);
    real_write = xWrite(from: *const c_void, amount: c_int, offset: i64);
    real_truncate = xTruncate(size: i64);
    real_sync = xSync(flags: c_int);
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: as for the calls that are handed on.
    unsafe {
        let real = real_of(file);
        if let Some(method) = (*(*real).pMethods).xShmBarrier {
            method(real);
        }
    }
}

/// Takes the state, and says whether this call on this file is to fail.
///
/// SAFETY: `file` is open and one of ours.
unsafe fn begin(file: *mut ffi::sqlite3_file, call: Call) -> (MutexGuard<'static, State>, u64, Option<Kind>) {
    // SAFETY: the shim was filled by `open`; the shared state is leaked, the name is SQLite's until the file is closed.
    let (shared, number, name) = unsafe { (&*(*file.cast::<Shim>()).shared, (*file.cast::<Shim>()).number, (*file.cast::<Shim>()).name) };
    let mut state = shared.state();
    let met = if name.is_null() {
        None
    } else {
        let name = unsafe { CStr::from_ptr(name) };
        state.armed.meets(call, &name.to_string_lossy())
    };
    (state, number, met)
}

unsafe extern "C" fn shm_map(file: *mut ffi::sqlite3_file, page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int {
    // SAFETY: SQLite's own arguments for an open file of ours. The state is let go before mapping.
    unsafe {
        let (state, _, met) = begin(file, Call::Map);
        drop(state);
        met.map_or_else(|| real_shm_map(file, page, size, extend, out), |kind| code(Call::Map, kind))
    }
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: as above.
    unsafe {
        // Letting go of a lock does not fail: nobody looks whether it did.
        if flags & ffi::SQLITE_SHM_LOCK != 0 {
            let (state, _, met) = begin(file, Call::Lock);
            drop(state);
            if let Some(kind) = met {
                return code(Call::Lock, kind);
            }
        }
        real_shm_lock(file, offset, count, flags)
    }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, amount: c_int, offset: i64) -> c_int {
    // SAFETY: SQLite's own arguments for an open file of ours. The state is let go before reading.
    unsafe {
        let (state, _, met) = begin(file, Call::Read);
        drop(state);
        met.map_or_else(|| real_read(file, into, amount, offset), |kind| code(Call::Read, kind))
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, amount: c_int, offset: i64) -> c_int {
    // SAFETY: SQLite hands us `amount` bytes to be written to an open file of ours.
    unsafe {
        let (mut state, number, met) = begin(file, Call::Write);
        let amount = match met {
            None => amount,
            // A disk writes whole sectors, also when it fails.
            Some(Kind::Device | Kind::Full) => amount / 2 / SECTOR * SECTOR,
            Some(Kind::Gone) => 0,
        };
        let wrote = if amount == 0 { ffi::SQLITE_OK } else { real_write(file, from, amount, offset) };
        if wrote == ffi::SQLITE_OK && number != 0 && amount > 0 {
            let bytes = std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(amount).unwrap_or(0));
            state.log.push(Event::Write { file: number, offset: u64::try_from(offset).unwrap_or(0), bytes: bytes.into() });
        }
        met.map_or(wrote, |kind| code(Call::Write, kind))
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: SQLite's own arguments for an open file of ours.
    unsafe {
        let (mut state, number, met) = begin(file, Call::Truncate);
        if let Some(kind) = met {
            return code(Call::Truncate, kind);
        }
        let cut = real_truncate(file, size);
        if cut == ffi::SQLITE_OK && number != 0 {
            state.log.push(Event::Truncate { file: number, size: u64::try_from(size).unwrap_or(0) });
        }
        cut
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite's own arguments for an open file of ours.
    unsafe {
        let (mut state, number, met) = begin(file, Call::Sync);
        if let Some(kind) = met {
            return code(Call::Sync, kind);
        }
        OPENED.set(false);
        let synced = real_sync(file, flags);
        if synced == ffi::SQLITE_OK && number != 0 {
            state.log.push(Event::Sync { file: number });
            state.note_folder_if_synced();
        }
        synced
    }
}
