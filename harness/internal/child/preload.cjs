'use strict';
// Loaded before a program by graphvcr exec. Node 20 takes no proxy from its environment,
// so connections to other machines, on the ports of http and https, go to graphvcr, which
// tells by their TLS server name or Host header where they were meant to go.
const net = require('node:net');
const tls = require('node:tls');

const ports = { 443: Number(process.env.GRAPHVCR_TLS_PORT), 80: Number(process.env.GRAPHVCR_PROXY_PORT) };
const direct = (process.env.no_proxy || '').toLowerCase().split(',').map((entry) => entry.trim().replace(/^\*?\./, '')).filter(Boolean);
const here = /^(localhost|.*\.localhost|127(\.\d+){3}|\[?::1\]?|0\.0\.0\.0|\[?::\]?)$/i;
// isDirect tells the hosts that NO_PROXY names: the program reaches them itself.
const isDirect = (host, port) => direct.some((entry) => {
  const [name, only] = /^[^:]+:\d+$/.test(entry) ? entry.split(':') : [entry];
  return (!only || Number(only) === Number(port)) && (host === name || host.endsWith('.' + name));
});

const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  const given = Array.isArray(args[0]) ? args[0] : args;
  const options = given[0];
  if (options && typeof options === 'object' && options.host && !options.path && !here.test(options.host) && !isDirect(String(options.host).toLowerCase(), options.port)) {
    const port = ports[options.port];
    if (port) {
      if (this instanceof tls.TLSSocket && !options.servername && !net.isIP(options.host)) {
        this.setServername(options.host);
      }
      given[0] = { ...options, host: '127.0.0.1', port, family: 4, lookup: undefined, localAddress: undefined };
    }
  }
  return connect.apply(this, args);
};
