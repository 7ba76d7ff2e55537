package child

import (
	"cmp"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/graphvcr/graphvcr/harness/internal/fault"
)

// Isolated is a program in a network of its own, in which nothing but two listeners
// can be reached.
type Isolated struct {
	Listeners [2]net.Listener // at 127.0.0.1, in the program's network, served from here
	cmd       *exec.Cmd
	link      *os.File // to the helper
}

// HelperArg is the first argument of this executable when it is the helper that Isolate
// starts: its main function then calls Helper.
const HelperArg = "__isolated"

// Isolate starts a helper (this executable, which has to call Helper) in a new network, in
// which the system's files of trusted certificates are a file that is given. The helper
// makes the listeners there and hands them over; Run then has it become the program. The
// streams are the program's.
func Isolate(bundle string, stdin io.Reader, stdout, stderr io.Writer) (*Isolated, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("isolate the program: %w", err)
	}
	here, there := os.NewFile(uintptr(fds[0]), "helper"), os.NewFile(uintptr(fds[1]), "harness")
	defer there.Close()
	i := &Isolated{link: here}
	if i.cmd, err = startHelper(there, bundle, stdin, stdout, stderr); err != nil {
		here.Close()
		return nil, refused(err)
	}
	for n := range i.Listeners {
		if i.Listeners[n], err = receiveListener(here); err != nil {
			i.Abandon()
			return nil, refused(err)
		}
	}
	return i, nil
}

// refused is the error on a system that does not allow a network of its own.
func refused(err error) error {
	return &fault.Error{
		Message: "isolate the program", Cause: err,
		Hint: "namespaces of network and mounts need root, or a system that lets users make them (sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns; in a container --cap-add SYS_ADMIN); without --isolate exec works too",
	}
}

// startHelper starts the helper in new namespaces.
func startHelper(link *os.File, bundle string, stdin io.Reader, stdout, stderr io.Writer) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	kinds := []uintptr{unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWNS, unix.CLONE_NEWNET | unix.CLONE_NEWNS}
	if os.Geteuid() == 0 { // who would be less in a user namespace
		slices.Reverse(kinds)
	}
	var why error
	for _, flags := range kinds {
		cmd := exec.Command(self, HelperArg, bundle)
		cmd.Args[0] = os.Args[0]
		cmd.ExtraFiles = []*os.File{link}
		cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
		if flags&unix.CLONE_NEWUSER != 0 {
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
			cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
			cmd.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_NET_ADMIN, unix.CAP_SYS_ADMIN}
		}
		err := cmd.Start()
		if err == nil {
			return cmd, nil
		}
		why = cmp.Or(why, err)
	}
	return nil, why
}

// receiveListener reads one byte and the listener that came with it. Anything else is
// what went wrong.
func receiveListener(link *os.File) (net.Listener, error) {
	first, oob := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	n, oobn, _, _, err := unix.Recvmsg(int(link.Fd()), first, oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return nil, err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(messages) != 1 {
		why, _ := io.ReadAll(io.LimitReader(link, 1<<10))
		return nil, errors.New(cmp.Or(string(first[:n])+string(why), "the helper ended without a word"))
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, fmt.Errorf("the helper sent no listener: %v", err)
	}
	f := os.NewFile(uintptr(fds[0]), "listener")
	defer f.Close()
	return net.FileListener(f)
}

// handedOver is the program that the helper becomes.
type handedOver struct {
	Path      string
	Args, Env []string
}

// Run has the helper become the program and runs it, as Run does. The program's streams
// are those that Isolate was given.
func (i *Isolated) Run(ctx context.Context, p Program) (status int, err error) {
	defer i.link.Close()
	path, err := exec.LookPath(p.Args[0])
	if err != nil {
		i.Abandon()
		return startStatus(err), err
	}
	program := handedOver{path, p.Args, p.Env}
	return supervise(ctx, i.cmd, p, func() error { return gob.NewEncoder(i.link).Encode(program) })
}

// Abandon ends the helper.
func (i *Isolated) Abandon() {
	i.link.Close() // which ends it
	_ = i.cmd.Wait()
}

// Helper is the other side of Isolate, with the arguments after HelperArg: it returns when
// it could not become the program.
func Helper(args []string) error {
	runtime.LockOSThread()
	link := os.NewFile(3, "harness")
	unix.CloseOnExec(3)
	if err := prepare(link, args); err != nil {
		_, _ = link.Write([]byte(err.Error()))
		return err
	}
	var p handedOver
	if err := gob.NewDecoder(link).Decode(&p); err != nil {
		return fmt.Errorf("read which program is wanted: %w", err)
	}
	// What this process may do here is not for the program.
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return err
	}
	return &fs.PathError{Op: "exec", Path: p.Path, Err: syscall.Exec(p.Path, p.Args, p.Env)}
}

// prepare lays the bundle over the system's, brings loopback up, and makes and sends the
// listeners.
func prepare(link *os.File, args []string) error {
	if len(args) != 1 {
		return errors.New("the helper wants the name of a bundle")
	}
	if err := layOver(args[0]); err != nil {
		return err
	}
	if err := loopbackUp(); err != nil {
		return fmt.Errorf("bring loopback up: %w", err)
	}
	for range 2 {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		f, err := l.(*net.TCPListener).File()
		if err != nil {
			return err
		}
		if err := unix.Sendmsg(int(link.Fd()), []byte("l"), unix.UnixRights(int(f.Fd())), nil, 0); err != nil {
			return err
		}
		f.Close()
		l.Close()
	}
	return nil
}

// layOver puts a file in the place of those that the system keeps certificates in, for this
// process and those that it starts.
func layOver(bundle string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keep mounts to the program: %w", err)
	}
	for _, file := range bundles {
		at, err := filepath.EvalSymlinks(file)
		if err != nil {
			continue // another system's
		}
		if err := unix.Mount(bundle, at, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("lay certificates over %s: %w", at, err)
		}
	}
	return nil
}

func loopbackUp() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	r, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, r)
}
