// The agent: PID 1 of a guest, and the guest's end of the ttRPC connection.

#include <string.h>

#include "background.h"
#include "children.h"
#include "containers/crun.h"
#include "containers/held.h"
#include "descriptors.h"
#include "dispatch.h"
#include "file.h"
#include "generation.h"
#include "init.h"
#include "launcher.h"
#include "log.h"
#include "loop.h"
#include "network/nics.h"
#include "serial.h"
#include "services/identity.h"
#include "services/random.h"
#include "services/table.h"
#include "uevent.h"
#include "vsock.h"

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], LAUNCHER_WORD) == 0) return launcher_run();
    char kernel_command_line[4096] = "";
    init_mounts();
    descriptors_allow_many();
    loop_start();
    children_start();
    uevent_start();
    background_start();
    init_modules();
    file_read("/proc/cmdline", kernel_command_line, sizeof kernel_command_line);
    identity_start();
    random_start();
    generation_start();
    nics_start();
    crun_prepare();
    held_prepare("/proc/self/exe");
    dispatch_offer(services);
    serial_start();
    vsock_start(kernel_command_line);
    init_loopback();
    file_set("/sys/devices/system/memory/auto_online_blocks", "online");
    // Proactive compaction moves pages twice a second. In a clone, each moved page is no longer shared.
    file_set("/proc/sys/vm/compaction_proactiveness", "0");
    for (;;) loop_turn(-1);
}
