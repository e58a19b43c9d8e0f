// Memory for small objects that come and go by the hundred thousand a second.
//
// A batch of ops makes hundreds of them and its releases free as many at once, which is more than an allocator keeps at hand
// for a thread: it then merges and splits blocks all day.
#pragma once

#include <cstddef>
#include <new>

namespace eager {

// A base of final classes: a freed object's memory stays with the thread that freed it, for its next object of that class,
// up to a bound and until the thread ends.
template <class T>
class Recycled {
 public:
  static void* operator new(size_t size) {
    if (kKeep != 0) {
      if (void* block = Blocks().Pop()) return block;
    }
    return ::operator new(size);
  }
  static void operator delete(void* block) {
    if (kKeep == 0 || !Blocks().Push(block)) ::operator delete(block);
  }

 private:
  // As many as a full batch makes. None under sanitizers, which find uses of freed memory by it staying free.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr int kKeep = 0;
#else
  static constexpr int kKeep = 512;
#endif

  class FreeBlocks {
   public:
    ~FreeBlocks() {
      while (void* block = Pop()) ::operator delete(block);
      count_ = kKeep;  // objects freed later, by other thread-locals, are not kept
    }
    void* Pop() {
      Block* block = first_;
      if (block == nullptr) return nullptr;
      first_ = block->next;
      --count_;
      return block;
    }
    bool Push(void* memory) {
      if (count_ >= kKeep) return false;
      first_ = new (memory) Block{first_};
      ++count_;
      return true;
    }

   private:
    struct Block {
      Block* next;
    };
    Block* first_ = nullptr;
    int count_ = 0;
  };

  static FreeBlocks& Blocks() {
    thread_local FreeBlocks blocks;
    return blocks;
  }
};

}  // namespace eager
