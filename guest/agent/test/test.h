#ifndef VMFACTORY_TEST_H
#define VMFACTORY_TEST_H

#include <stdio.h>
#include <stdlib.h>

// Ends the run if the condition is false.
#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

void copy_tests(void);
void container_tests(void);
void file_tests(void);
void frame_tests(void);
void held_suite(void); // part of container_tests
void fuzz_tests(void);
void channel_tests(void);
void names_tests(void);
void nameserver_tests(void);
void network_tests(void);
void oci_json_tests(void);
void online_tests(void);
void service_tests(void);
void sandbox_tests(void);
void spec_tests(void);
void storage_tests(void);
void vsock_tests(void);

#endif
