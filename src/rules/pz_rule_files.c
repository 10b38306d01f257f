#include "pz_rule_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pz_ruleset.h"

#define PZ_RULE_FILES_LIST_MEMORY  (4 * 1024 * 1024)


static int
pz_rule_files_compare(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}


static int
pz_rule_files_add(pz_arena_t *arena, const char **files, size_t *n, const char *folder,
    const char *name, pz_error_t *error)
{
    char  *copy;
    size_t len;

    if (*n == PZ_RULE_FILES_MAX) {
        return pz_error_set(error, folder != NULL ? folder : name, 0,
                            "there are more than %d rule files", PZ_RULE_FILES_MAX);
    }
    len = (folder != NULL ? strlen(folder) + 1 : 0) + strlen(name) + 1;
    copy = pz_arena_alloc(arena, len);
    if (copy == NULL) {
        return pz_error_set(error, name, 0, "no memory for the list of rule files");
    }
    if (folder != NULL) {
        snprintf(copy, len, "%s/%s", folder, name);
    } else {
        snprintf(copy, len, "%s", name);
    }
    files[(*n)++] = copy;
    return 0;
}


static int
pz_rule_files_folder(pz_arena_t *arena, const char *path, const char **files, size_t *n,
    pz_error_t *error)
{
    int            rc = 0;
    DIR           *dir;
    size_t         len;
    struct dirent *entry;

    dir = opendir(path);
    if (dir == NULL) {
        return pz_error_set(error, path, 0, "cannot read the folder: %s", strerror(errno));
    }
    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        len = strlen(entry->d_name);
        if (entry->d_name[0] != '.' && len > 4
            && strcmp(entry->d_name + len - 4, ".lua") == 0)
        {
            rc = pz_rule_files_add(arena, files, n, path, entry->d_name, error);
        }
    }
    closedir(dir);
    return rc;
}


static int
pz_rule_files_glob(pz_arena_t *arena, const char *path, const char **files, size_t *n,
    pz_error_t *error)
{
    int    rc;
    size_t i;
    glob_t found;

    memset(&found, 0, sizeof(found));
    rc = glob(path, GLOB_NOSORT, NULL, &found);
    if (rc != 0) {
        globfree(&found);
        return pz_error_set(error, path, 0, rc == GLOB_NOMATCH
                            ? "no such file or folder, and as a glob it matches nothing"
                            : "cannot be read as a glob");
    }
    for (i = 0; i < found.gl_pathc && rc == 0; i++) {
        rc = pz_rule_files_add(arena, files, n, NULL, found.gl_pathv[i], error);
    }
    globfree(&found);
    return rc;
}


const char **
pz_rule_files_list(pz_arena_t *arena, const char *path, size_t *n, pz_error_t *error)
{
    int          rc;
    const char **files;
    struct stat  st;

    *n = 0;
    files = pz_arena_array(arena, PZ_RULE_FILES_MAX + 1, sizeof(char *));
    if (files == NULL) {
        pz_error_set(error, path, 0, "no memory for the list of rule files");
        return NULL;
    }
    if (stat(path, &st) != 0) {
        if (errno != ENOENT) {
            pz_error_set(error, path, 0, "%s", strerror(errno));
            return NULL;
        }
        rc = pz_rule_files_glob(arena, path, files, n, error);
    } else if (S_ISDIR(st.st_mode)) {
        rc = pz_rule_files_folder(arena, path, files, n, error);
    } else {
        rc = pz_rule_files_add(arena, files, n, NULL, path, error);
    }
    if (rc != 0) {
        return NULL;
    }
    qsort(files, *n, sizeof(char *), pz_rule_files_compare);
    return files;
}


static int
pz_rule_files_read_from(pz_arena_t *arena, int fd, const char *file, pz_str_t *text,
    pz_error_t *error)
{
    char       *data;
    size_t      len = 0;
    ssize_t     n;
    struct stat st;

    if (fstat(fd, &st) != 0) {
        return pz_error_set(error, file, 0, "%s", strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return pz_error_set(error, file, 0, "is not a regular file");
    }
    if (st.st_size > PZ_RULE_FILE_MAX) {
        return pz_error_set(error, file, 0, "is larger than %d bytes: split it",
                            PZ_RULE_FILE_MAX);
    }
    data = pz_arena_alloc(arena, (size_t) st.st_size + 1);
    if (data == NULL) {
        return pz_error_set(error, file, 0, "no memory to read it");
    }
    while (len < (size_t) st.st_size) {
        n = read(fd, data + len, (size_t) st.st_size - len);
        if (n < 0 && errno != EINTR) {
            return pz_error_set(error, file, 0, "%s", strerror(errno));
        }
        if (n == 0) {
            break;
        }
        len += (n > 0) ? (size_t) n : 0;
    }
    text->data = data;
    text->len = len;
    return 0;
}


int
pz_rule_files_read(pz_arena_t *arena, const char *file, pz_str_t *text, pz_error_t *error)
{
    int fd, rc;

    /* Not blocking: a FIFO named x.lua must not stop the server. */
    fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd == -1) {
        return pz_error_set(error, file, 0, "%s", strerror(errno));
    }
    rc = pz_rule_files_read_from(arena, fd, file, text, error);
    close(fd);
    return rc;
}


/* FNV-1a, 64 bit: two versions of a folder must not look alike by chance. */
static uint64_t
pz_rule_files_mix(uint64_t hash, const void *bytes, size_t len)
{
    size_t               i;
    const unsigned char *p = bytes;

    for (i = 0; i < len; i++) {
        hash = (hash ^ p[i]) * 0x100000001b3u;
    }
    return hash;
}


uint64_t
pz_ruleset_fingerprint(const char *path)
{
    size_t       i, n;
    uint64_t     hash = 0xcbf29ce484222325u;
    const char **files;
    pz_arena_t  *arena;
    struct stat  st;

    arena = pz_arena_create(PZ_RULE_FILES_LIST_MEMORY, 0);
    if (arena == NULL) {
        return 0;
    }
    files = pz_rule_files_list(arena, path, &n, NULL);
    if (files == NULL) {
        pz_arena_destroy(arena);
        return 0;
    }
    for (i = 0; i < n; i++) {
        hash = pz_rule_files_mix(hash, files[i], strlen(files[i]) + 1);
        if (stat(files[i], &st) != 0) {
            continue;    /* gone meanwhile: the name alone then differs from any stat */
        }
        hash = pz_rule_files_mix(hash, &st.st_ino, sizeof(st.st_ino));
        hash = pz_rule_files_mix(hash, &st.st_size, sizeof(st.st_size));
        hash = pz_rule_files_mix(hash, &st.st_mtim, sizeof(st.st_mtim));
        hash = pz_rule_files_mix(hash, &st.st_ctim, sizeof(st.st_ctim));
    }
    pz_arena_destroy(arena);
    return (hash != 0) ? hash : 1;
}
