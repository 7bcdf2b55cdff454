/* Browsers start no worker for a page that is opened from a disk: there the search runs in a hidden frame of it. */
if (location.protocol === "file:")
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      document.body.append(this.frame)
      this.inner = this.frame.contentWindow
      this.inner.postMessage = (data) => setTimeout(() => this.receive(data))
      const script = this.inner.document.createElement("script")
      this.started = new Promise((resolve) => (script.onload = resolve))
      script.src = url
      this.inner.document.body.append(script)
    }

    receive(data) {
      const message = new MessageEvent("message", { data })
      this.onmessage?.(message)
      this.dispatchEvent(message)
    }

    postMessage(data) {
      this.started.then(() => this.inner.dispatchEvent(new this.inner.MessageEvent("message", { data })))
    }

    terminate() {
      this.frame.remove()
    }
  }
