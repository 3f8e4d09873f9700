#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../file.h"
#include "kata/agent.pb-c.h"
#include "services.h"

// Mixes the bytes in, credits them and makes the kernel draw a new key from them at once. Without
// the last step a clone would go on with the key of its template. Returns 0 or errno.
static int reseed(int fd, const ProtobufCBinaryData *entropy) {
    ssize_t written = write(fd, entropy->data, entropy->len);
    if (written != (ssize_t)entropy->len) return written < 0 ? errno : EIO;
    int bits = (int)entropy->len * 8;
    if (ioctl(fd, RNDADDTOENTCNT, &bits) < 0 || ioctl(fd, RNDRESEEDCRNG) < 0) return errno;
    return 0;
}

void random_reseed(struct call *call, const ProtobufCMessage *message) {
    const Grpc__ReseedRandomDevRequest *request = (const void *)message;
    if (request->data.len == 0) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "ReseedRandomDev: data is empty");
        return;
    }
    int fd = file_open("/dev/random", O_RDWR);
    int error = fd < 0 ? errno : reseed(fd, &request->data);
    if (fd >= 0) close(fd);
    if (error != 0) {
        call_fail(call, STATUS_INTERNAL, "ReseedRandomDev: /dev/random: %s", strerror(error));
    } else {
        call_reply_empty(call);
    }
}
