/* Journals what a process does to the files of one folder, so that a power cut can be played at any point.

   LD_PRELOAD=shim.so CRASH_FOLDER=/state CRASH_JOURNAL=/elsewhere/journal PROGRAM
   Records (little endian): u8 op, u64 number, u64 offset, u32 text size, u32 data size, text, data.
     C created (inode, path)   W written (inode, offset, data)   T truncated (inode, size)
     S synced (inode)          D folder synced (path)            R renamed (path NUL path)
     U unlinked (path)         A written to standard output: what the client was told
   One mutex around each call and its record: the journal's order is the order of the calls.

   CRASH_FAULT=/elsewhere/fault makes calls fail besides, as its 96 bytes say at that moment (struct fault below):
   the disk that refuses. With or without a journal. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;
static const char *folder;
static size_t folder_size;

/* kinds of calls that count: 1 write, 2 sync, 4 truncate, 8 create, 16 rename or unlink, 32 allocate;
   error: errno that is answered; from: number of the first one that fails; many: how many fail then;
   seen: how many there were; part: text in the paths that are meant */
struct fault {
  uint32_t kinds, error;
  uint64_t from, many, seen;
  char part[64];
};
static volatile struct fault *fault;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("CRASH_JOURNAL"), *faults = getenv("CRASH_FAULT");
  folder = getenv("CRASH_FOLDER");
  if (folder == NULL) return;
  folder_size = strlen(folder);
  if (path != NULL) journal = REAL(open)(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (faults == NULL) return;
  int descriptor = REAL(open)(faults, O_RDWR | O_CLOEXEC);
  void *place = mmap(NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (place == MAP_FAILED) _exit(98);
  fault = place;
  close(descriptor);
}

/* whether the call is to fail; sets errno then */
static int fails(uint32_t kind, const char *path) {
  if (fault == NULL || !(fault->kinds & kind) || strstr(path, (const char *)fault->part) == NULL) return 0;
  uint64_t number = __atomic_fetch_add(&fault->seen, 1, __ATOMIC_SEQ_CST);
  if (number < fault->from || number - fault->from >= fault->many) return 0;
  errno = (int)fault->error;
  return 1;
}

static void note(char op, uint64_t number, uint64_t offset, const void *text, uint32_t text_size,
                 const void *data, uint32_t data_size) {
  if (journal < 0) return;
  unsigned char head[25];
  struct iovec parts[3] = {{head, sizeof head}, {(void *)text, text_size}, {(void *)data, data_size}};
  head[0] = (unsigned char)op;
  memcpy(head + 1, &number, 8);
  memcpy(head + 9, &offset, 8);
  memcpy(head + 17, &text_size, 4);
  memcpy(head + 21, &data_size, 4);
  if (REAL(writev)(journal, parts, 3) != (ssize_t)(sizeof head + text_size + data_size)) {
    static const char words[] = "shim: the journal can't be written\n";
    (void)!REAL(write)(2, words, sizeof words - 1);
    _exit(99);
  }
}

static int absolute(int base, const char *path, char out[PATH_MAX]) {
  char start_at[64], at[PATH_MAX];
  if (path[0] == '/') return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX;
  if (base == AT_FDCWD) {
    if (getcwd(at, sizeof at) == NULL) return 0;
  } else {
    snprintf(start_at, sizeof start_at, "/proc/self/fd/%d", base);
    ssize_t size = readlink(start_at, at, sizeof at - 1);
    if (size < 0) return 0;
    at[size] = 0;
  }
  size_t room = PATH_MAX - strlen(at) - 1;
  if (strlen(path) >= room) return 0;
  stpcpy(stpcpy(stpcpy(out, at), "/"), path);
  return 1;
}

static int ours(const char *path) {
  return folder != NULL && strncmp(path, folder, folder_size) == 0 &&
         (path[folder_size] == '/' || path[folder_size] == 0);
}

/* the file behind a descriptor, when it lies in our folder */
static int ours_open(int descriptor, struct stat *status, char path[PATH_MAX]) {
  char name[64];
  if (folder == NULL || descriptor == journal) return 0;
  snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
  ssize_t size = readlink(name, path, PATH_MAX - 1);
  if (size < 0) return 0;
  path[size] = 0;
  return ours(path) && fstat(descriptor, status) == 0;
}

static int open_noting(int base, const char *path, int flags, mode_t mode) {
  char whole[PATH_MAX];
  struct stat status;
  if (folder == NULL || !(flags & (O_CREAT | O_TRUNC)) || !absolute(base, path, whole) || !ours(whole))
    return REAL(openat)(base, path, flags, mode);
  if (stat(whole, &status) != 0 && fails(8, whole)) return -1;
  pthread_mutex_lock(&lock);
  int existed = stat(whole, &status) == 0;
  int descriptor = REAL(openat)(base, path, flags, mode);
  int error = errno;
  if (descriptor >= 0 && fstat(descriptor, &status) == 0) {
    if (!existed) note('C', status.st_ino, 0, whole, strlen(whole), "", 0);
    else if (flags & O_TRUNC) note('T', status.st_ino, 0, "", 0, "", 0);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return descriptor;
}

#define OPEN(name, parameters, base)                                                        \
  int name parameters {                                                                     \
    mode_t mode = 0;                                                                        \
    if (flags & (O_CREAT | O_TMPFILE)) {                                                    \
      va_list rest;                                                                         \
      va_start(rest, flags);                                                                \
      mode = va_arg(rest, mode_t);                                                          \
      va_end(rest);                                                                         \
    }                                                                                       \
    return open_noting(base, path, flags, mode);                                            \
  }
OPEN(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN(openat, (int base, const char *path, int flags, ...), base)
OPEN(openat64, (int base, const char *path, int flags, ...), base)

/* run a call and, when it succeeded on a file of ours, note it with what it did */
#define NOTING(kind, descriptor, call, record)                                              \
  struct stat status;                                                                       \
  char path[PATH_MAX];                                                                      \
  if (!ours_open(descriptor, &status, path)) return call;                                   \
  if (fails(kind, path)) return -1;                                                         \
  pthread_mutex_lock(&lock);                                                                \
  __typeof__(call) result = call;                                                           \
  int error = errno;                                                                        \
  if (result >= 0) record;                                                                  \
  pthread_mutex_unlock(&lock);                                                              \
  errno = error;                                                                            \
  return result;

ssize_t write(int descriptor, const void *data, size_t size) {
  if (descriptor == 1 && journal >= 0) {
    pthread_mutex_lock(&lock);
    note('A', 0, 0, "", 0, data, size);
    pthread_mutex_unlock(&lock);
    return REAL(write)(descriptor, data, size);
  }
  off_t at = folder != NULL ? lseek(descriptor, 0, SEEK_CUR) : 0;
  NOTING(1, descriptor, REAL(write)(descriptor, data, size),
         note('W', status.st_ino, at, "", 0, data, result))
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t at) {
  NOTING(1, descriptor, REAL(pwrite)(descriptor, data, size, at),
         note('W', status.st_ino, at, "", 0, data, result))
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t at) {
  NOTING(1, descriptor, REAL(pwrite64)(descriptor, data, size, at),
         note('W', status.st_ino, at, "", 0, data, result))
}

int ftruncate(int descriptor, off_t size) {
  NOTING(4, descriptor, REAL(ftruncate)(descriptor, size), note('T', status.st_ino, size, "", 0, "", 0))
}

int ftruncate64(int descriptor, off64_t size) {
  NOTING(4, descriptor, REAL(ftruncate64)(descriptor, size), note('T', status.st_ino, size, "", 0, "", 0))
}

static void note_sync(const struct stat *status, const char *path) {
  if (S_ISDIR(status->st_mode)) note('D', 0, 0, path, strlen(path), "", 0);
  else note('S', status->st_ino, 0, "", 0, "", 0);
}

int fsync(int descriptor) { NOTING(2, descriptor, REAL(fsync)(descriptor), note_sync(&status, path)) }

int fdatasync(int descriptor) { NOTING(2, descriptor, REAL(fdatasync)(descriptor), note_sync(&status, path)) }

static int rename_noting(int from_base, const char *from, int to_base, const char *to) {
  char pair[2 * PATH_MAX], second[PATH_MAX];
  int known = folder != NULL && absolute(from_base, from, pair) && absolute(to_base, to, second) && ours(second);
  if (known && fails(16, second)) return -1;
  pthread_mutex_lock(&lock);
  int result = REAL(renameat)(from_base, from, to_base, to);
  int error = errno;
  if (result == 0 && known) {
    size_t size = strlen(pair) + 1;
    strcpy(pair + size, second);
    note('R', 0, 0, pair, size + strlen(second), "", 0);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int rename(const char *from, const char *to) { return rename_noting(AT_FDCWD, from, AT_FDCWD, to); }

int renameat(int from_base, const char *from, int to_base, const char *to) {
  return rename_noting(from_base, from, to_base, to);
}

/* reserves space and changes no content: nothing to note, but a full disk refuses it */
int posix_fallocate(int descriptor, off_t offset, off_t size) {
  struct stat status;
  char path[PATH_MAX];
  if (ours_open(descriptor, &status, path) && fails(32, path)) return (int)fault->error;
  return REAL(posix_fallocate)(descriptor, offset, size);
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t size) {
  return posix_fallocate(descriptor, offset, size);
}

static int unlink_noting(int base, const char *path, int flags) {
  char whole[PATH_MAX];
  int known = folder != NULL && absolute(base, path, whole) && ours(whole);
  if (known && fails(16, whole)) return -1;
  pthread_mutex_lock(&lock);
  int result = REAL(unlinkat)(base, path, flags);
  int error = errno;
  if (result == 0 && known) note('U', 0, 0, whole, strlen(whole), "", 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int unlink(const char *path) { return unlink_noting(AT_FDCWD, path, 0); }

int unlinkat(int base, const char *path, int flags) { return unlink_noting(base, path, flags); }
