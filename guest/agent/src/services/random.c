#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../file.h"
#include "../log.h"
#include "kata/agent.pb-c.h"
#include "services.h"

static int device = -1;

// Keeps the device open: the first lookup of a path is expensive on an emulated CPU.
void random_start(void) {
    device = file_open("/dev/random", O_RDWR);
    if (device < 0) log_error("cannot open /dev/random: %m");
}

// Adds the bytes to the kernel's entropy, credits them and makes the kernel use a new key at once. Without
// the last step a clone would keep using the key of its template. Returns 0 or errno.
static int reseed(const ProtobufCBinaryData *entropy) {
    struct rand_pool_info *pool = malloc(sizeof *pool + entropy->len);
    if (pool == NULL) return ENOMEM;
    pool->entropy_count = (int)entropy->len * 8;
    pool->buf_size = (int)entropy->len;
    memcpy(pool->buf, entropy->data, entropy->len);
    bool done = ioctl(device, RNDADDENTROPY, pool) == 0 && ioctl(device, RNDRESEEDCRNG) == 0;
    int error = done ? 0 : errno;
    free(pool);
    return error;
}

void random_reseed(struct call *call, const ProtobufCMessage *message) {
    const Grpc__ReseedRandomDevRequest *request = (const void *)message;
    if (request->data.len == 0) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "ReseedRandomDev: data is empty");
        return;
    }
    int error = reseed(&request->data);
    if (error != 0) {
        call_fail(call, STATUS_INTERNAL, "ReseedRandomDev: /dev/random: %s", strerror(error));
    } else {
        call_reply_empty(call);
    }
}
