#include "steer.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

// More than a program has.
#define INSTRUCTIONS 40

struct program {
    struct bpf_insn all[INSTRUCTIONS];
    int length;
};

static int bpf(enum bpf_cmd command, union bpf_attr *attributes) {
    return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

static void add(struct program *program, int code, int to, int from, int offset, int value) {
    program->all[program->length++] = (struct bpf_insn){
        .code = (uint8_t)code,
        .dst_reg = (uint8_t)to & 0xf,
        .src_reg = (uint8_t)from & 0xf,
        .off = (int16_t)offset,
        .imm = value,
    };
}

static void set(struct program *program, int to, int value) { add(program, BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value); }
static void move(struct program *program, int to, int from) { add(program, BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0); }
static void call(struct program *program, int function) { add(program, BPF_JMP | BPF_CALL, 0, 0, 0, function); }

// Loads a field of the context, which R6 has, into R2.
static void load(struct program *program, size_t field) {
    add(program, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_6, (int)field, 0);
}

// Leaves everything as it is unless R2 has the value.
static void require(struct program *program, int value) {
    add(program, BPF_JMP32 | BPF_JEQ | BPF_K, BPF_REG_2, 0, 2, value);
    set(program, BPF_REG_0, SK_PASS);
    add(program, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

// Leaves everything as it is unless the address is one of these.
static void require_address(struct program *program, const struct steer *steer) {
    load(program, offsetof(struct bpf_sk_lookup, local_ip4));
    for (unsigned i = 0; i + 1 < steer->count; i++) {
        int beyond = (int)(steer->count - 1 - i) + 2;
        add(program, BPF_JMP32 | BPF_JEQ | BPF_K, BPF_REG_2, 0, beyond, (int)steer->addresses[i].s_addr);
    }
    require(program, (int)steer->addresses[steer->count - 1].s_addr);
}

// Assigns the socket of the protocol: number 0 of the map for TCP, 1 for UDP.
static void assign(struct program *program, int map) {
    load(program, offsetof(struct bpf_sk_lookup, protocol));
    add(program, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_2, 0, 0, 4); // TCP is 6, UDP is 17
    add(program, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, BPF_REG_2, -4, 0);
    add(program, BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map);
    add(program, 0, 0, 0, 0, 0); // the second half of that
    move(program, BPF_REG_2, BPF_REG_10);
    add(program, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -4);
    call(program, BPF_FUNC_map_lookup_elem);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 7, 0);
    move(program, BPF_REG_7, BPF_REG_0);
    move(program, BPF_REG_1, BPF_REG_6);
    move(program, BPF_REG_2, BPF_REG_7);
    set(program, BPF_REG_3, 0);
    call(program, BPF_FUNC_sk_assign);
    move(program, BPF_REG_1, BPF_REG_7);
    call(program, BPF_FUNC_sk_release);
    set(program, BPF_REG_0, SK_PASS);
    add(program, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static int load_program(const struct steer *steer, int map) {
    struct program program = {.length = 0};
    move(&program, BPF_REG_6, BPF_REG_1);
    load(&program, offsetof(struct bpf_sk_lookup, local_port));
    require(&program, steer->port);
    require_address(&program, steer);
    assign(&program, map);
    union bpf_attr attributes = {
        .prog_type = BPF_PROG_TYPE_SK_LOOKUP,
        .expected_attach_type = BPF_SK_LOOKUP,
        .insns = (uintptr_t)program.all,
        .insn_cnt = (uint32_t)program.length,
        .license = (uintptr_t) "GPL",
    };
    return bpf(BPF_PROG_LOAD, &attributes);
}

static int put_socket(int map, uint32_t key, int socket) {
    uint64_t value = (uint64_t)socket;
    union bpf_attr attributes = {
        .map_fd = (uint32_t)map, .key = (uintptr_t)&key, .value = (uintptr_t)&value, .flags = BPF_ANY};
    return bpf(BPF_MAP_UPDATE_ELEM, &attributes);
}

static int attach(int program) {
    int space = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (space < 0) return -1;
    union bpf_attr attributes = {0};
    attributes.link_create.prog_fd = (uint32_t)program;
    attributes.link_create.target_fd = (uint32_t)space;
    attributes.link_create.attach_type = BPF_SK_LOOKUP;
    int link = bpf(BPF_LINK_CREATE, &attributes);
    close(space);
    return link;
}

int steer_begin(const struct steer *steer) {
    union bpf_attr attributes = {
        .map_type = BPF_MAP_TYPE_SOCKMAP, .key_size = 4, .value_size = 8, .max_entries = 2};
    int map = bpf(BPF_MAP_CREATE, &attributes), program = -1, link = -1;
    if (map < 0) return -1;
    if (put_socket(map, 0, steer->connections) == 0 && put_socket(map, 1, steer->datagrams) == 0) {
        program = load_program(steer, map);
    }
    if (program >= 0) {
        link = attach(program);
        close(program);
    }
    close(map);
    return link;
}
