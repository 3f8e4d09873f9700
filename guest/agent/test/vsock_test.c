#include "../src/vsock.h"
#include "test.h"

void vsock_tests(void) {
    struct vsock_address at;
    CHECK(vsock_address_parse("quiet agent.server_addr=vsock://-1:1024 panic=-1", &at));
    CHECK(at.cid == 0xffffffffu && at.port == 1024);
    CHECK(vsock_address_parse("agent.server_addr=vsock://3:99", &at) && at.cid == 3 && at.port == 99);
    CHECK(!vsock_address_parse("console=ttyS0 quiet", &at));
    CHECK(!vsock_address_parse("not.agent.server_addr=vsock://-1:1024", &at));
    CHECK(!vsock_address_parse("agent.server_addr=unix:///run/x", &at));
    CHECK(!vsock_address_parse("agent.server_addr=vsock://x:1", &at));
}
